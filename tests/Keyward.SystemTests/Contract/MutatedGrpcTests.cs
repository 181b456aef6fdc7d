using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Security;
using System.Text;
using System.Text.Json;
using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Fuzz target of gRPC on the wire: spoilt messages end in a documented status and one record, spoilt HTTP/2
/// in an end of that connection; nothing is a bug of the server's, and a good client is served behind it.</summary>
public sealed class MutatedGrpcTests(SharedServer shared) : IClassFixture<SharedServer>, IAsyncLifetime
{
    private const string Encrypt = "/google.cloud.kms.v1.KeyManagementService/Encrypt";
    private const string Ring = "projects/default/locations/global/keyRings/r";
    private const int Messages = 300;
    private const int Connections = 150;

    private static readonly byte[] Good = new EncryptRequest
    {
        Name = Ring + "/cryptoKeys/k", Plaintext = ByteString.CopyFromUtf8("attack at dawn"), PlaintextCrc32C = 1,
        AdditionalAuthenticatedData = ByteString.CopyFrom(new byte[64]),
    }.ToByteArray();

    private readonly KeywardServer _server = shared.Server;
    private readonly RestClient _admin = shared.Admin;

    /// <summary>The first test makes the key, the others find it.</summary>
    public async ValueTask InitializeAsync()
    {
        await _admin.PostAsync("/v1/projects/default/locations/global/keyRings?keyRingId=r");
        await _admin.PostAsync($"/v1/{Ring}/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Spoilt_messages_end_in_a_documented_status_and_one_record()
    {
        var random = new Random(20_260_301);
        var before = await CountAsync();
        for (var i = 0; i < Messages; i++)
        {
            var body = Spoil(random, GrpcWire.Frame(Good), 1 + random.Next(4));
            var status = await GrpcWire.SendAsync(_admin, Encrypt, body, i % 3 == 0 ? "gzip" : null);
            Assert.True(status is 0 or 3 or 5 or 7 or 12, $"{status} for {Convert.ToHexString(body)}");
        }

        Assert.Equal(before + Messages, await CountAsync());
        await AssertServesAsync();
    }

    [Fact]
    public async Task Prefixes_that_lie_and_bodies_that_are_not_one_message_are_refused()
    {
        var good = GrpcWire.Frame(Good);
        var squeezed = new MemoryStream();
        await using (var gzip = new GZipStream(squeezed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Good);
        byte[] WithPrefix(byte flag, uint length)
        {
            byte[] frame = [flag, 0, 0, 0, 0, .. Good];
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), length);
            return frame;
        }

        var packed = GrpcWire.Frame(squeezed.ToArray());
        packed[0] = 1;
        foreach (var (what, body, encoding) in ((string, byte[], string?)[])[
            ("nothing", [], null), ("half a prefix", [0, 0, 0], null), ("a prefix alone", WithPrefix(0, 9)[..5], null),
            ("a longer length", WithPrefix(0, (uint)Good.Length + 1), null), ("the longest", WithPrefix(0, uint.MaxValue), null),
            ("over the limit", WithPrefix(0, 1 << 20), null), ("a shorter length", WithPrefix(0, 3), null),
            ("two messages", [.. good, .. good], null), ("a tail", [.. good, 0], null),
            ("another flag", WithPrefix(2, (uint)Good.Length), null), ("packed without saying how", packed, null),
            ("packed in another way", packed, "br"), ("said to be packed", WithPrefix(1, (uint)Good.Length), "gzip")])
        {
            var status = await GrpcWire.SendAsync(_admin, Encrypt, body, encoding);
            Assert.True(status is 3 or 12, $"{what}: {status}");
        }

        // Packed as it says, the same message is read: its checksum is wrong, as it was made.
        Assert.Equal(3, await GrpcWire.SendAsync(_admin, Encrypt, packed, "gzip"));
        await AssertServesAsync();
    }

    [Fact]
    public async Task Spoilt_frames_of_http2_end_their_connection_and_nothing_else()
    {
        var request = Http2Bytes.Request(1, GrpcWire.Frame(Good), (":method", "POST"), (":scheme", "https"),
            (":path", Encrypt), (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers"),
            ("authorization", _admin.Http.DefaultRequestHeaders.Authorization!.ToString()));
        byte[] whole = [.. Http2Bytes.Preface, .. Http2Bytes.Settings, .. request];
        await using (var connection = await OpenAsync())
        {
            // As it is, it is a request: what is spoilt below is not noise from the start.
            await connection.Stream.WriteAsync(whole);
            await connection.ReadUntilAsync("grpc-status");
        }

        var random = new Random(20_260_302);
        for (var i = 0; i < Connections; i++)
        {
            // Now and then from the first byte, mostly behind the preface, where the frames begin.
            var keep = i % 10 == 0 ? 0 : Http2Bytes.Preface.Length;
            await ExchangeAsync([.. whole[..keep], .. Spoil(random, whole[keep..], 1 + random.Next(6))]);
        }

        await AssertServesAsync();
    }

    /// <summary>Writes all, ends its own side, and reads until the server has ended the other.</summary>
    private async Task ExchangeAsync(byte[] bytes)
    {
        await using var connection = await OpenAsync();
        try
        {
            await connection.Stream.WriteAsync(bytes);
            await connection.Stream.FlushAsync();
            await ((SslStream)connection.Stream).ShutdownAsync();
        }
        catch (IOException)
        {
            // The server ended it before it had read all.
        }

        await connection.ReadToEndAsync();
    }

    private Task<RawConnection> OpenAsync() => RawConnection.OpenAsync(
        _server, options => options.ApplicationProtocols = [SslApplicationProtocol.Http2]);

    private async Task AssertServesAsync()
    {
        var (status, _) = await _admin.PostAsync($"/v1/{Ring}/cryptoKeys/k:encrypt", """{"plaintext":"AAAA"}""");
        Assert.Equal(200, status);
        foreach (var record in await RecordsAsync())
            Assert.NotEqual("internal", record.GetProperty("outcome").GetString());
        Assert.DoesNotContain("failed by a bug", _server.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", _server.Errors, StringComparison.Ordinal);
    }

    private async Task<int> CountAsync() =>
        (await RecordsAsync()).Count(r => r.GetProperty("method").GetString() == "Encrypt");

    private async Task<List<JsonElement>> RecordsAsync()
    {
        var records = new List<JsonElement>();
        for (var next = "0"; ;)
        {
            var (status, page) = await _admin.GetAsync($"/keyward/v1/audit/records?pageSize=1000&fromIndex={next}");
            Assert.Equal(200, status);
            records.AddRange(page.GetProperty("records").EnumerateArray()
                .Select(r => JsonDocument.Parse(r.GetString()!).RootElement));
            if (page.TryGetProperty("atEnd", out var end) && end.GetBoolean()) return records;
            next = page.GetProperty("nextIndex").GetString()!;
        }
    }

    private static byte[] Spoil(Random random, byte[] bytes, int times)
    {
        var spoilt = bytes.ToList();
        for (var i = 0; i < times; i++)
        {
            var at = random.Next(spoilt.Count + 1);
            var length = Math.Min(random.Next(8), spoilt.Count - at);
            switch (random.Next(4))
            {
                case 0 when at < spoilt.Count:
                    spoilt[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    spoilt.InsertRange(at, [(byte)random.Next(256), (byte)random.Next(256)]);
                    break;
                case 2:
                    spoilt.RemoveRange(at, length);
                    break;
                default:
                    spoilt.InsertRange(at, spoilt.GetRange(at, length));
                    break;
            }
        }

        return [.. spoilt];
    }
}
