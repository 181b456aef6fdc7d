using System.Text.Json;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>A client need not know which node it speaks to, nor stay with one.</summary>
public sealed class AnyNodeTests(PostgresServer postgres)
{
    private const string Ring = "/v1/projects/default/locations/us-east-1/keyRings/ring";

    [Fact]
    public async Task Tokens_pages_and_import_jobs_of_one_node_are_good_at_the_others()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 30_000);
        var keyFile = Path.Combine(nodes.Servers[0].Data, "credentials/admin.json");
        for (var i = 0; i < 7; i++) await nodes.MakeKeyAsync($"k{i}");

        // An assertion that is meant for the first node's token endpoint, shown to the third; what it gives, at the second.
        string? access = null;
        while (access is null)
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer",
                ["assertion"] = RestClient.Assertion(
                    keyFile, DateTimeOffset.UtcNow, $"https://{nodes.Servers[0].Address}/token"),
            });
            using var answer = await nodes.Clients[2].Http.PostAsync(new Uri("/token", UriKind.Relative), form);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            // A node that has just started learns of the others within a second.
            if (answer.IsSuccessStatusCode) access = json.RootElement.GetProperty("access_token").GetString();
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, Ring);
        request.Headers.Authorization = new("Bearer", access);
        using (var answer = await nodes.Clients[1].Http.SendAsync(request)) Assert.True(answer.IsSuccessStatusCode);

        // A call that names itself is carried out once, whichever node it is repeated at.
        foreach (var (node, expected) in (List<(int, int)>)[(0, 200), (1, 409), (0, 409), (2, 409)])
        {
            using var named = new HttpRequestMessage(HttpMethod.Post, $"{Nodes.Keys}/k0/cryptoKeyVersions");
            named.Headers.Authorization = new("Bearer", access);
            named.Headers.Add("x-keyward-idempotency-key", "once");
            named.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
            using var answer = await nodes.Clients[node].Http.SendAsync(named);
            Assert.Equal(expected, (int)answer.StatusCode);
        }

        var (seen, token) = (new List<string>(), "");
        for (var node = 0; ; node = (node + 1) % 3)
        {
            var (status, page) = await nodes.Clients[node].GetAsync($"{Nodes.Keys}?pageSize=2&pageToken={token}");
            Assert.Equal(200, status);
            seen.AddRange(page.GetProperty("cryptoKeys").EnumerateArray().Select(k => k.GetProperty("name").GetString()![^2..]));
            if (!page.TryGetProperty("nextPageToken", out var next) || next.GetString() is not { Length: > 0 } text) break;
            token = Uri.EscapeDataString(text);
        }

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"k{i}"), seen);
        Assert.Equal(200, (await nodes.Clients[0].PostAsync($"{Ring}/importJobs?importJobId=job",
            """{"importMethod":"RSA_OAEP_3072_SHA256","protectionLevel":"SOFTWARE"}""")).Status);
        JsonElement job;
        do (_, job) = await nodes.Clients[1].GetAsync($"{Ring}/importJobs/job");
        while (job.GetProperty("state").GetString() == "PENDING_GENERATION");
        Assert.Equal("ACTIVE", job.GetProperty("state").GetString());
        Assert.Equal(job.GetProperty("publicKey").GetProperty("pem").GetString(), (await nodes.Clients[2].GetAsync(
            $"{Ring}/importJobs/job")).Body.GetProperty("publicKey").GetProperty("pem").GetString());
        Assert.Equal(200, (await nodes.Clients[0].PostAsync(
            $"{Nodes.Keys}?cryptoKeyId=imported&skipInitialVersionCreation=true",
            """{"purpose":"ENCRYPT_DECRYPT","importOnly":true}""")).Status);
        var material = Path.Combine(nodes.Servers[2].Data, "material");
        await File.WriteAllBytesAsync(material, new byte[32]);
        await RunAsync(nodes, "key", "import", "ring/imported", "--location", "us-east-1", "--import-job", "job",
            "--target-key-file", material, "--addr", nodes.Servers[2].Address);
        Assert.Equal("ENABLED", (await nodes.Clients[1].GetAsync(
            $"{Nodes.Keys}/imported/cryptoKeyVersions/1")).Body.GetProperty("state").GetString());
    }

    [Fact]
    public async Task An_export_holds_the_records_of_all_nodes_in_order_of_time()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 30_000);
        var ciphertext = await nodes.MakeKeyAsync("k");
        for (var i = 0; i < 30; i++) Assert.Equal(200, await nodes.DecryptAsync(i % 3, "k", ciphertext));
        var records = await ExportAsync(nodes, "--operation", "decrypt");
        Assert.Equal(30, records.Count);
        Assert.Equal(records.Select(TimeOf).Order(), records.Select(TimeOf));
        Assert.Equal(3, records.Select(r => r.GetProperty("node").GetString()).Distinct().Count());
        Assert.Equal(10, (await ExportAsync(nodes, "--operation", "decrypt", "--here")).Count);
    }

    [Fact]
    public async Task A_grant_that_is_counted_is_used_as_often_as_it_says_and_no_more_whoever_asks_where()
    {
        const int uses = 12;
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 30_000);
        var ciphertext = await nodes.MakeKeyAsync("k");
        var file = Path.Combine(nodes.Servers[0].Data, "guest.json");
        await RunAsync(nodes, "service-account", "create", "guest", "--key-file", file);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        await RunAsync(nodes, "grant", "create", "--key", "ring/k", "--location", "us-east-1", "--grantee",
            json.RootElement.GetProperty("client_email").GetString()!, "--operations", "Decrypt",
            "--max-uses", $"{uses}");
        var guests = nodes.Servers.Select(s => new RestClient(s, file)).ToList();
        int[] statuses = await Task.WhenAll(Enumerable.Range(0, 30).Select(async i => (await guests[i % 3].PostAsync(
            $"{Nodes.Keys}/k:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""")).Status));
        Assert.Equal(uses, statuses.Count(s => s == 200));
        Assert.All(statuses, s => Assert.Contains(s, (int[])[200, 403]));
        foreach (var guest in guests) guest.Dispose();
    }

    private static DateTimeOffset TimeOf(JsonElement record) => record.GetProperty("time").GetDateTimeOffset();

    private static async Task<IReadOnlyList<JsonElement>> ExportAsync(Nodes nodes, params string[] arguments) =>
        [.. (await RunAsync(nodes, ["audit", "export", .. arguments])).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];

    private static async Task<string> RunAsync(Nodes nodes, params string[] arguments)
    {
        var (code, output, errors) = await KeywardServer.RunAsync(
            KeywardServer.Program, arguments, null, nodes.Servers[0].AdminEnvironment());
        Assert.True(code == 0, errors);
        return output;
    }

    [Fact]
    public async Task A_rate_is_one_for_all_nodes()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 30_000);
        await nodes.MakeKeyAsync("k");
        await nodes.RunAsync("quota", "set", "requests_per_minute", "60");
        var (served, refused) = (0, 0);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        // More than three nodes would let through if each had the whole.
        for (var i = 0; i < 240; i++)
        {
            var (status, _) = await nodes.Clients[i % 3].GetAsync($"{Nodes.Keys}/k");
            if (status == 200) served++;
            else if (status == 429) refused++;
            else Assert.Fail($"{status}");
        }

        // The saved minute and what came since, by the bound that docs/reference/quotas.md states.
        var bound = 1.25 * (60 + (clock.Elapsed.TotalMinutes * 60)) + 3;
        Assert.True(served <= bound, $"{served} of {bound} were served.");
        Assert.True(served >= 30 && refused > 0, $"{served} were served, {refused} refused.");
    }
}
