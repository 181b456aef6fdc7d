using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Keyward.Delivery.Sinks;

/// <summary>RFC 5424 messages over TLS (RFC 5425). The protocol confirms nothing: a batch counts once the other side's
/// TCP has taken all of it and the connection still stands, and after a break the last batch is sent once more, since
/// it may have been lost in the receiver.</summary>
internal sealed class SyslogSink(SinkSettings settings, TimeProvider time) : ISink
{
    private const int DefaultPort = 6514;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainInterval = TimeSpan.FromMilliseconds(5);

    private Socket? _socket;
    private SslStream? _stream;
    private Task<int>? _end;
    private byte[]? _last;

    public async ValueTask SendAsync(DeliveryBatch batch, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var bytes = SyslogForm.Of(batch, settings.Form);
        try
        {
            if (IsBroken) await ConnectAsync(limit.Token).ConfigureAwait(false);
            await WriteAsync(bytes, limit.Token).ConfigureAwait(false);
            _last = bytes;
        }
        catch (Exception failure) when (failure is IOException or SocketException or AuthenticationException)
        {
            Break();
            throw new DeliveryException($"{Where} failed: {failure.Message}", null, failure);
        }
        catch (OperationCanceledException failure) when (!cancellation.IsCancellationRequested)
        {
            Break();
            throw new DeliveryException(
                $"{Where} did not take the records within {Patience.TotalSeconds} seconds.", null, failure);
        }
    }

    public void Dispose() => Break();

    /// <summary>A receiver of syslog never speaks, so whatever can be read means that it is gone.</summary>
    private bool IsBroken => _stream is null || _end!.IsCompleted;

    private int Port => settings.Address.Port > 0 ? settings.Address.Port : DefaultPort;

    private string Where => string.Create(CultureInfo.InvariantCulture, $"{settings.Address.Host}:{Port}");

    private async ValueTask ConnectAsync(CancellationToken cancellation)
    {
        Break();
        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await _socket.ConnectAsync(settings.Address.IdnHost, Port, cancellation).ConfigureAwait(false);
        _stream = new SslStream(new NetworkStream(_socket, ownsSocket: false));
        await _stream.AuthenticateAsClientAsync(HttpCalls.TlsOptions(settings), cancellation).ConfigureAwait(false);
        _end = _stream.ReadAsync(new byte[1], CancellationToken.None).AsTask();
        if (_last is { } last) await WriteAsync(last, cancellation).ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(byte[] bytes, CancellationToken cancellation)
    {
        await _stream!.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        await _stream.FlushAsync(cancellation).ConfigureAwait(false);
        while (Native.UnacknowledgedBytes(_socket!) > 0 && !_end!.IsCompleted)
            await Task.Delay(DrainInterval, time, cancellation).ConfigureAwait(false);
        if (_end!.IsCompleted) throw new IOException("the connection was closed by the other side");
    }

    private void Break()
    {
        _stream?.Dispose();
        _socket?.Dispose();
        // The read ends with its stream; how is of no interest.
        _ = _end?.ContinueWith(static end => _ = end.Exception, TaskScheduler.Default);
        (_stream, _socket, _end) = (null, null, null);
    }
}
