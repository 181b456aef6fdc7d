using System.Net;
using System.Text;
using Google.Protobuf;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Running;

/// <summary>Kind: 2 of a server, 3 of a client (trace.proto, SpanKind).</summary>
internal sealed record Span(
    string Service, string Trace, string Id, string Parent, string Name, int Kind,
    IReadOnlyDictionary<string, string> Attributes);

/// <summary>An OTLP collector as far as spans go: takes them over HTTP in protobuf and keeps them.</summary>
internal sealed class TraceCollector : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly List<byte[]> _bodies = [];

    public TraceCollector()
    {
        Address = $"http://127.0.0.1:{Ports.Next()}";
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _ = ListenAsync();
    }

    public string Address { get; }

    /// <summary>All that came, as one text of bytes.</summary>
    public string Raw
    {
        get { lock (_bodies) return string.Concat(_bodies.Select(Encoding.Latin1.GetString)); }
    }

    public List<Span> Spans
    {
        get
        {
            lock (_bodies)
                return [.. _bodies.SelectMany(b => Read(b, 1)).SelectMany(resource => Read(resource, 2, 2)
                    .Select(span => Parse(Attributes(Read(resource, 1, 1))["service.name"], span)))];
        }
    }

    public void Dispose() => _listener.Close();

    private async Task ListenAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                if (context.Request.Url!.AbsolutePath == "/v1/traces")
                    lock (_bodies) _bodies.Add(body.ToArray());
                context.Response.Close();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>The messages at the end of a path of field numbers (opentelemetry-proto, trace.proto).</summary>
    private static IEnumerable<byte[]> Read(byte[] message, params int[] path)
    {
        foreach (var (field, value) in Fields(message))
            if (field == path[0])
                foreach (var inner in path.Length == 1 ? [value] : Read(value, path[1..]))
                    yield return inner;
    }

    private static Span Parse(string service, byte[] message)
    {
        var fields = Fields(message).Where(f => f.Field is 1 or 2 or 4 or 5).ToDictionary(f => f.Field, f => f.Value);
        return new Span(service, Hex(fields, 1), Hex(fields, 2), Hex(fields, 4), Encoding.UTF8.GetString(fields[5]),
            Kind(message), Attributes(Read(message, 9)));
    }

    private static Dictionary<string, string> Attributes(IEnumerable<byte[]> attributes) =>
        attributes.Select(a => Fields(a).ToDictionary(f => f.Field, f => f.Value)).ToDictionary(
            a => Encoding.UTF8.GetString(a[1]),
            a => Fields(a[2]).Where(f => f.Field == 1).Select(f => Encoding.UTF8.GetString(f.Value))
                .FirstOrDefault() ?? "");

    private static int Kind(byte[] message)
    {
        var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
            if (tag == WireFormat.MakeTag(6, WireFormat.WireType.Varint)) return input.ReadEnum();
            else input.SkipLastField();
        return 0;
    }

    private static string Hex(Dictionary<int, byte[]> fields, int field) =>
        fields.TryGetValue(field, out var value) ? Convert.ToHexStringLower(value) : "";

    /// <summary>The fields of a message that have a length; of repeated ones all, of others of the span the
    /// last.</summary>
    private static IEnumerable<(int Field, byte[] Value)> Fields(byte[] message)
    {
        var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                yield return (WireFormat.GetTagFieldNumber(tag), input.ReadBytes().ToByteArray());
            else input.SkipLastField();
        }
    }
}
