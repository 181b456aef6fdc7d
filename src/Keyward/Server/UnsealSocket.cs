using System.Net.Sockets;
using System.Text;
using Keyward.Vault.Audit;
using Keyward.Vault.Storage;

namespace Keyward.Server;

/// <summary>Takes the passphrase of a sealed server on a Unix socket in the data folder, which only its owner can
/// enter:
/// nobody unseals over the network. One line in, one line out.</summary>
internal sealed class UnsealSocket(string path, Func<byte[], CancellationToken, Task<bool>> unseal) : IAsyncDisposable
{
    public const int MaximumPassphraseBytes = 4_096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private Socket? _listener;
    private Task _serving = Task.CompletedTask;

    public void Open()
    {
        File.Delete(path);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(4);
        _serving = ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        await _serving.ConfigureAwait(false);
        if (_listener is not null) File.Delete(path);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var socket = await _listener!.AcceptAsync(_stop.Token).ConfigureAwait(false);
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                patience.CancelAfter(Patience);
                var answer = await AnswerAsync(socket, patience.Token).ConfigureAwait(false);
                await socket.SendAsync(Encoding.UTF8.GetBytes(answer + "\n"), patience.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (
                failure is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The caller went away or took too long; the next one is served.
            }
        }
    }

    private async Task<string> AnswerAsync(Socket socket, CancellationToken cancellation)
    {
        var buffer = GC.AllocateArray<byte>(MaximumPassphraseBytes + 1, pinned: true);
        try
        {
            var length = 0;
            while (length <= MaximumPassphraseBytes && !buffer.AsSpan(0, length).Contains((byte)'\n'))
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
                if (read == 0) break;
                length += read;
            }

            var passphrase = buffer.AsSpan(0, length).TrimEnd("\r\n"u8).ToArray();
            return await unseal(passphrase, cancellation).ConfigureAwait(false) ? "unsealed" : "wrong passphrase";
        }
        catch (Exception failure) when (failure is Keystores.Root.RootUnavailableException or IOException
            or StoreUnavailableException or AuditUnwritableException)
        {
            return failure.Message;
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
