using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Crash;

/// <summary>kill -9 under load: what was acknowledged is there after each restart, every acknowledged operation is in the
/// log, every ciphertext opens.</summary>
public sealed class KillTests
{
    private const int Rounds = 50;
    private const string Ring = "/v1/projects/default/locations/global/keyRings/ring";

    [Fact]
    public async Task Nothing_acknowledged_is_lost()
    {
        using var data = new TemporaryData();
        var random = new Random(20261124);
        var done = new Acknowledged();
        for (var round = 0; round < Rounds; round++)
        {
            await using var server = await KeywardServer.StartAsync(data.In("kms"));
            using var client = new RestClient(server);
            if (round == 0)
                Assert.Equal(200, (await client.PostAsync("/v1/projects/default/locations/global/keyRings?keyRingId=ring")).Status);
            else await CheckAsync(client, done, random);
            using var stop = new CancellationTokenSource();
            var workers = Enumerable.Range(0, 6).Select(w => WorkAsync(client, done, round, w, stop.Token)).ToArray();
            // Whenever the machine gets there: after a random number of answers, so somewhere within the next ones.
            var answers = done.RequestIds.Count + random.Next(3, 60);
            await Task.WhenAny(done.ReachAsync(answers), Task.WhenAll(workers));
            server.Kill();
            await stop.CancelAsync();
            await Task.WhenAll(workers);
            if (round % 10 == 0) await VerifyLogAsync(data.In("kms"));
        }

        await using var last = await KeywardServer.StartAsync(data.In("kms"));
        using var reader = new RestClient(last);
        await CheckAsync(reader, done, null);
        var logged = await RequestIdsAsync(reader);
        Assert.DoesNotContain(done.RequestIds, id => !logged.Contains(id));
        Assert.True(done.Keys.Count >= Rounds, $"only {done.Keys.Count} keys were made");
        Assert.True(done.Ciphertexts.Count >= Rounds, $"only {done.Ciphertexts.Count} ciphertexts were made");
        await last.StopAsync();
        await VerifyLogAsync(data.In("kms"));
    }

    /// <summary>As the kill left it: whatever was being written, the log holds.</summary>
    private static async Task VerifyLogAsync(string folder)
    {
        var (code, output, errors) = await KeywardServer.RunAsync(
            KeywardServer.Program, ["audit", "verify", folder]);
        Assert.True(code == 0, output + errors);
    }

    private static async Task WorkAsync(RestClient client, Acknowledged done, int round, int worker, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var key = $"k-{round}-{worker}-{i}";
            try
            {
                if (!await StepAsync(client, done, $"{Ring}/cryptoKeys?cryptoKeyId={key}", """{"purpose":"ENCRYPT_DECRYPT"}""")) return;
                done.Keys[key] = 1;
                var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(key));
                if (await PostAsync(client, done, $"{Ring}/cryptoKeys/{key}:encrypt", $$"""{"plaintext":"{{text}}"}""") is not { } first) return;
                done.Ciphertexts.Add((key, first.GetProperty("ciphertext").GetString()!, text));
                if (!await StepAsync(client, done, $"{Ring}/cryptoKeys/{key}/cryptoKeyVersions", "{}")) return;
                done.Keys[key] = 2;
                if (!await StepAsync(client, done, $"{Ring}/cryptoKeys/{key}:updatePrimaryVersion", """{"cryptoKeyVersionId":"2"}""")) return;
                var policy = """{"policy":{"bindings":[{"role":"roles/cloudkms.viewer","members":["user:a@b.example"]}]}}""";
                if (!await StepAsync(client, done, $"{Ring}/cryptoKeys/{key}:setIamPolicy", policy)) return;
                done.Policies.Add(key);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }

    private static async Task<bool> StepAsync(RestClient client, Acknowledged done, string path, string body) =>
        await PostAsync(client, done, path, body) is not null;

    private static async Task<JsonElement?> PostAsync(RestClient client, Acknowledged done, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.Http.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        done.Note(response.Headers.GetValues("x-keyward-request-id").Single());
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    /// <summary>All of it, or after a kill in between a random part of it.</summary>
    private static async Task CheckAsync(RestClient client, Acknowledged done, Random? sample)
    {
        bool Chosen() => sample is null || sample.Next(20) == 0;
        foreach (var (key, versions) in done.Keys.Where(_ => Chosen()).ToArray())
        {
            var (status, list) = await client.GetAsync($"{Ring}/cryptoKeys/{key}/cryptoKeyVersions");
            Assert.Equal(200, status);
            Assert.True(list.GetProperty("totalSize").GetInt32() >= versions, key);
        }

        foreach (var (key, ciphertext, text) in done.Ciphertexts.Where(_ => Chosen()).ToArray())
        {
            var (status, opened) = await client.PostAsync($"{Ring}/cryptoKeys/{key}:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""");
            Assert.Equal((200, text), (status, opened.GetProperty("plaintext").GetString()));
        }

        foreach (var key in done.Policies.Where(_ => Chosen()).ToArray())
        {
            var (_, policy) = await client.GetAsync($"{Ring}/cryptoKeys/{key}:getIamPolicy");
            Assert.Equal(1, policy.GetProperty("bindings").GetArrayLength());
        }
    }

    private static async Task<HashSet<string>> RequestIdsAsync(RestClient client)
    {
        var ids = new HashSet<string>();
        var next = "0";
        while (true)
        {
            var (_, page) = await client.GetAsync($"/keyward/v1/audit/records?pageSize=1000&fromIndex={next}");
            foreach (var record in page.GetProperty("records").EnumerateArray())
                ids.Add(JsonDocument.Parse(record.GetString()!).RootElement.GetProperty("id").GetString()!);
            if (page.TryGetProperty("atEnd", out var end) && end.GetBoolean()) return ids;
            next = page.GetProperty("nextIndex").GetString()!;
        }
    }

    private sealed class Acknowledged
    {
        private TaskCompletionSource _reached = new();
        private int _awaited;

        public ConcurrentDictionary<string, int> Keys { get; } = [];

        public ConcurrentBag<(string Key, string Ciphertext, string Plaintext)> Ciphertexts { get; } = [];

        public ConcurrentBag<string> Policies { get; } = [];

        public ConcurrentBag<string> RequestIds { get; } = [];

        /// <summary>Completes when so many requests were answered.</summary>
        public Task ReachAsync(int answers)
        {
            lock (RequestIds)
            {
                (_awaited, _reached) = (answers, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                return _reached.Task;
            }
        }

        public void Note(string requestId)
        {
            RequestIds.Add(requestId);
            lock (RequestIds)
                if (RequestIds.Count >= _awaited) _reached.TrySetResult();
        }
    }
}
