using System.Text;
using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Crash;

/// <summary>A real disk that is full, and one that cannot be written, under the real program. Single writes and flushes
/// that fail are tried in one process: <c>StoreFaultTests</c> and <c>AuditLogTests</c>.</summary>
public sealed class FullDiskTests
{
    private const string Rings = "/v1/projects/default/locations/global/keyRings";
    private const string Key = Rings + "/r/cryptoKeys/k";

    private static readonly (string, string) Reserve = ("KEYWARD_AUDIT_RESERVE", "2MiB");

    [Fact]
    public async Task F58_A_full_disk_refuses_with_a_reason_and_serves_again_with_space()
    {
        using var disk = await SmallDisk.MountAsync();
        var data = disk.In("kms");
        var done = new List<string>();
        await using (var server = await StartAsync(data))
        {
            using var client = new RestClient(server);
            await OkAsync(client, $"{Rings}?keyRingId=r", "{}", done);
            await OkAsync(client, $"{Rings}/r/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""", done);
            var before = await EncryptAsync(client, done);
            disk.Fill();
            await UntilAsync(client, 503, $"{Key}:encrypt", """{"plaintext":"YQ=="}""");
            foreach (var (path, body) in ((string, string)[])[
                ($"{Key}:encrypt", """{"plaintext":"YQ=="}"""), ($"{Key}:decrypt", Decrypting(before)),
                ($"{Rings}?keyRingId=never", "{}"), ($"{Key}/cryptoKeyVersions", "{}")])
            {
                var (status, refused) = await client.PostAsync(path, body);
                Assert.True(status == 503, $"{path} gave {status} {refused}");
                Assert.Contains(refused.GetProperty("error").GetProperty("details")[0].GetProperty("reason").GetString(),
                    (string[])["AUDIT_UNWRITABLE", "STORE_UNAVAILABLE"]);
            }

            var (ready, why) = await client.GetAsync("/readyz");
            Assert.Equal((503, "audit"), (ready, why.GetProperty("status").GetString()));
            Assert.Contains("disk", why.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal(200, (await client.GetAsync("/healthz")).Status);
            // Told by who looks now and then: with space too soon, there would be nothing to tell.
            await server.UntilSaidAsync("The audit log takes no records, so nothing is served");
            disk.Empty();
            await UntilAsync(client, 200, $"{Key}:decrypt", Decrypting(before));
            Assert.Equal(404, (await client.GetAsync($"{Rings}/never")).Status);
            await EncryptAsync(client, done);
            await server.UntilSaidAsync("The audit log takes records again.");
            disk.Fill();
            Assert.Equal(0, await server.StopAsync());
            Assert.DoesNotContain("Unhandled", server.Errors, StringComparison.Ordinal);
        }

        disk.Empty();
        await using var again = await StartAsync(data);
        using var reader = new RestClient(again);
        Assert.Equal(200, (await reader.GetAsync(Key)).Status);
        var (_, log) = await reader.GetAsync("/keyward/v1/audit/records?pageSize=1000&fromIndex=0");
        var ids = log.GetProperty("records").EnumerateArray()
            .Select(r => JsonDocument.Parse(r.GetString()!).RootElement.GetProperty("id").GetString()).ToHashSet();
        Assert.DoesNotContain(done, id => !ids.Contains(id));
        await again.StopAsync();
        var (code, output, errors) = await KeywardServer.RunAsync(KeywardServer.Program, ["audit", "verify", data]);
        Assert.True(code == 0, output + errors);
    }

    [Fact]
    public async Task A_start_on_a_disk_that_is_full_or_cannot_be_written_says_so_in_a_sentence()
    {
        using var disk = await SmallDisk.MountAsync();
        await using (var server = await StartAsync(disk.In("kms"))) await server.StopAsync();
        // A first start gets to another point of its work with each of these; the next one goes on from there.
        foreach (var leftKiB in (int[])[0, 8, 64, 200, 400, 1_000])
        {
            disk.Fill(leftKiB);
            await RefusedAsync(disk.In("new"));
            await RefusedAsync(disk.In("kms"));
            disk.Empty();
        }

        foreach (var folder in (string[])["new", "kms"])
        {
            await using var server = await StartAsync(disk.In(folder));
            using var client = new RestClient(server);
            Assert.Equal(200, (await client.GetAsync("/v1/projects/default/locations")).Status);
            Assert.Equal(0, await server.StopAsync());
        }

        await disk.MakeReadOnlyAsync();
        await RefusedAsync(disk.In("kms"));
        await RefusedAsync(disk.In("newer"));
    }

    private static async Task RefusedAsync(string data)
    {
        var (server, errors) = await KeywardServer.TryStartAsync(data, "127.0.0.1:0", Reserve);
        Assert.Null(server);
        Assert.Contains(data, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", errors, StringComparison.Ordinal);
    }

    private static Task<KeywardServer> StartAsync(string data) =>
        KeywardServer.StartAsync(data, "127.0.0.1:0", Reserve);

    private static async Task<string> EncryptAsync(RestClient client, List<string> done) =>
        (await OkAsync(client, $"{Key}:encrypt", """{"plaintext":"YQ=="}""", done)).GetProperty("ciphertext").GetString()!;

    private static string Decrypting(string ciphertext) => $$"""{"ciphertext":"{{ciphertext}}"}""";

    private static async Task<JsonElement> OkAsync(RestClient client, string path, string body, List<string> done)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.Http.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path} gave {text}");
        done.Add(response.Headers.GetValues("x-keyward-request-id").Single());
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    /// <summary>The log looks at the disk when it writes and tries again each second.</summary>
    private static Task UntilAsync(RestClient client, int wanted, string path, string body) =>
        Waiting.UntilAsync(async () =>
        {
            var (status, _) = await client.PostAsync(path, body);
            Assert.True(status is 200 or 503, $"{path} gave {status}");
            return status == wanted;
        }, $"{path} gives {wanted}");
}
