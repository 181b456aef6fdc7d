using System.Net.Sockets;

namespace Keyward.SystemTests.Cluster;

/// <summary>The way of one node to its database, which can be cut: from then on nothing comes through in either direction,
/// and nobody is told, as where a network swallows packets. What was sent meanwhile arrives once it is mended.</summary>
internal sealed class DatabaseProxy : IDisposable
{
    private const string SocketName = ".s.PGSQL.5432";

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _database;
    private readonly CancellationTokenSource _ending = new();
    private volatile TaskCompletionSource _open = new();

    /// <param name="folder">Where its socket is to be: the host of the node's connection string.</param>
    public DatabaseProxy(string folder, string databaseFolder)
    {
        _database = new UnixDomainSocketEndPoint(Path.Combine(databaseFolder, SocketName));
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, SocketName)));
        _listener.Listen();
        _open.SetResult();
        _ = AcceptAsync();
    }

    public void Cut() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Mend() => _open.SetResult();

    public void Dispose()
    {
        _ending.Cancel();
        _open.TrySetResult();
        _listener.Dispose();
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await _listener.AcceptAsync(_ending.Token));
        }
        catch (OperationCanceledException)
        {
            // The test has ended.
        }
    }

    private async Task CarryAsync(Socket node)
    {
        using var database = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (node)
        {
            await _open.Task;
            await database.ConnectAsync(_database);
            await Task.WhenAny(CarryAsync(node, database), CarryAsync(database, node));
        }
    }

    private async Task CarryAsync(Socket from, Socket to)
    {
        var bytes = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(bytes, _ending.Token) is > 0 and var count)
            {
                await _open.Task;
                for (var sent = 0; sent < count;) sent += await to.SendAsync(bytes.AsMemory(sent, count - sent));
            }
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two is gone: so is the connection.
        }
    }
}
