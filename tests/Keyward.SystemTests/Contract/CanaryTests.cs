using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Cloud.Iam.V1;
using Google.Cloud.Kms.V1;
using Keyward.Protos.V1;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Secrets that are planted in every field of every call, well-formed and damaged, are found in nothing that the
/// process writes: logs at their most talkative, metrics, traces, the audit log.</summary>
public sealed class CanaryTests
{
    private const string Secret = "kanarienvogel-7d1f";

    /// <summary>A text that is no secret: records and spans may name it, logs and metrics hold nothing of a
    /// request.</summary>
    private const string Word = "zeisig-3b9c";

    private static readonly ServiceDescriptor[] Services =
    [
        KeyManagementService.Descriptor, IAMPolicy.Descriptor, Projects.Descriptor, ServiceAccounts.Descriptor,
        Deployment.Descriptor, Audit.Descriptor, Grants.Descriptor, Quotas.Descriptor, Signatures.Descriptor,
        Issuers.Descriptor, PolicyDocuments.Descriptor,
    ];

    [Fact]
    public async Task Nothing_secret_is_written_anywhere()
    {
        using var data = new TemporaryData();
        using var collector = new TraceCollector();
        await using var server = await KeywardServer.StartAsync(data.In("kms"), "127.0.0.1:0",
            ("KEYWARD_TRACES_ENDPOINT", collector.Address), ("KEYWARD_TRACES_SAMPLE", "1"),
            ("KEYWARD_LOG_LEVEL", "debug"));
        using var client = new RestClient(server);
        await PlantByRestAsync(client);
        foreach (var method in Services.SelectMany(s => s.Methods))
        {
            var message = Filled(method.InputType, 3).ToByteArray();
            var path = $"/{method.Service.FullName}/{method.Name}";
            await CallAsync(client, path, message, null);
            await CallAsync(client, path, message[..(message.Length / 2)], null);
            await CallAsync(client, path, message, "Bearer " + Secret);
        }

        await PlantAtAwsAsync(client);
        Assert.True(await new PlantedAwsCalls(Secret, Word).SendAsync(server) > 50);
        var metrics = await client.Http.GetStringAsync("/metrics");
        Assert.Equal(0, await server.StopAsync());
        Assert.True(collector.Spans.Count > 200);
        Assert.Contains("\"level\":\"debug\"", server.Errors);
        Assert.Contains("\"traceId\":\"", server.Errors);

        Assert.DoesNotContain(Word, server.Errors);
        Assert.DoesNotContain(Word, metrics);
        AssertClean(server.Errors, "the server's log");
        AssertClean(metrics, "the metrics");
        AssertClean(collector.Raw, "the traces");
        foreach (var file in Directory.GetFiles(Path.Combine(server.Data, "audit"), "*", SearchOption.AllDirectories))
            AssertClean(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), file);
    }

    private static void AssertClean(string text, string where)
    {
        foreach (var form in (string[])[Secret, Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret))[..20],
            Convert.ToHexString(Encoding.UTF8.GetBytes(Secret)), Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret))])
        {
            var at = text.IndexOf(form, StringComparison.Ordinal);
            Assert.True(at < 0, at < 0 ? "" : $"{where}: {text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 100)]}");
        }
    }

    /// <summary>Calls that succeed, with secrets in all that is secret.</summary>
    private static async Task PlantByRestAsync(RestClient client)
    {
        const string Ring = "/v1/projects/default/locations/global/keyRings";
        var secret = Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret + Secret));
        await client.PostAsync(Ring + "?keyRingId=r");
        await client.PostAsync(Ring + "/r/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
        await client.PostAsync(Ring + "/r/cryptoKeys?cryptoKeyId=m",
            """{"purpose":"MAC","versionTemplate":{"algorithm":"HMAC_SHA256"}}""");
        Assert.Equal(200, (await client.PostAsync(Ring + "/r/cryptoKeys/k:encrypt",
            $$"""{"plaintext":"{{secret}}","additionalAuthenticatedData":"{{secret}}"}""")).Status);
        Assert.Equal(400, (await client.PostAsync(Ring + "/r/cryptoKeys/k:decrypt",
            $$"""{"ciphertext":"{{secret}}","additionalAuthenticatedData":"{{secret}}"}""")).Status);
        Assert.Equal(200, (await client.PostAsync(Ring + "/r/cryptoKeys/m/cryptoKeyVersions/1:macSign",
            $$"""{"data":"{{secret}}"}""")).Status);
        await client.PostAsync(Ring + "/r/cryptoKeys/k:encrypt", $$"""{"plaintext":{"{{Secret}}""");
        await client.PostAsync("/token", "assertion=" + Secret);
    }

    private static async Task PlantAtAwsAsync(RestClient client)
    {
        foreach (var operation in (string[])["Encrypt", "Decrypt", "Sign", "ReEncrypt", "ImportKeyMaterial", "Teleport"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/")
            {
                Content = new StringContent(
                    $$$"""{"KeyId":"alias/none","Plaintext":"{{{Secret}}}","EncryptionContext":{"a":"{{{Secret}}}"}}"""),
            };
            request.Headers.TryAddWithoutValidation("X-Amz-Target", "TrentService." + operation);
            request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20260101/" +
                $"us-east-1/kms/aws4_request, SignedHeaders=host, Signature={Secret}");
            using var answer = await client.Http.SendAsync(request);
        }
    }

    private static async Task CallAsync(RestClient client, string path, byte[] message, string? authorization)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new("application/grpc") } },
            Headers = { TE = { new TransferCodingWithQualityHeaderValue("trailers") } },
        };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await client.Http.SendAsync(request);
        _ = await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>A message with the secret in every field of bytes, and a word in every text that is no name.</summary>
    private static IMessage Filled(MessageDescriptor type, int depth)
    {
        var message = type.Parser.ParseFrom([]);
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            if (field.IsMap || (field.IsRepeated && field.FieldType == FieldType.Message)) continue;
            object? value = field.FieldType switch
            {
                FieldType.Bytes => ByteString.CopyFromUtf8(Secret),
                FieldType.String => IsName(field) ? "projects/default/locations/global/keyRings/r/cryptoKeys/k" : Word,
                FieldType.Message when depth > 0 && !field.MessageType.File.Package.StartsWith(
                    "google.protobuf", StringComparison.Ordinal) => Filled(field.MessageType, depth - 1),
                _ => null,
            };
            if (value is null) continue;
            if (field.IsRepeated) ((System.Collections.IList)field.Accessor.GetValue(message)).Add(value);
            else field.Accessor.SetValue(message, value);
        }

        return message;
    }

    private static bool IsName(FieldDescriptor field) => field.Name is "name" or "parent" or "resource";
}
