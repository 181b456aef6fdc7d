using System.Diagnostics;
using System.Text.Json;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>Google's and AWS's own clients through three nodes at once, while keys, policies, grants and credentials are
/// taken away at one of them, and while each node in turn is killed: <c>cluster-revocation.js</c>. It is judged by what
/// the clients noted of each request, and by the logs.</summary>
public sealed class OfficialClientTests(PostgresServer postgres)
{
    private static readonly string[] Rounds =
    [
        "version disabled at 0", "version disabled at 1", "version disabled at 2", "key disabled", "version destroyed",
        "binding removed", "deny rule added", "grant revoked", "key file revoked", "access key disabled",
        "node 0 killed", "node 1 killed", "node 2 killed",
    ];

    private sealed record Note(string Door, int Node, double Began, string Outcome);

    [Fact]
    public async Task No_request_begun_after_a_right_was_taken_is_served_by_any_door_of_any_node()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 2_000);
        var result = await RunAsync(nodes);
        var rounds = result.GetProperty("rounds").EnumerateArray().ToList();
        Assert.Equal(Rounds, rounds.Select(r => r.GetProperty("name").GetString()));
        foreach (var round in rounds) Judge(round);

        // Nothing was served that is not in a log, and every log holds.
        var served = rounds.SelectMany(NotesOf).Count(n => n.Outcome == "ok");
        Assert.True(await RecordedAsync(nodes) >= served);
        await nodes.VerifyLogsAsync();
    }

    private static void Judge(JsonElement round)
    {
        var name = round.GetProperty("name").GetString();
        var returned = round.GetProperty("returned").GetDouble();
        var refusals = round.GetProperty("refusals").EnumerateObject().ToDictionary(r => r.Name, r => r.Value.GetString());
        var notes = NotesOf(round).ToList();
        foreach (var (door, refusal) in refusals)
        {
            var stale = notes.Where(n => n.Door == door && n.Began > returned && n.Outcome == "ok").ToList();
            Assert.True(stale.Count == 0, $"{name}: {stale.Count} requests served by {door}, the first at node " +
                $"{stale.FirstOrDefault()?.Node}, {stale.FirstOrDefault()?.Began - returned} ms after the return");
            for (var node = 0; node < 3; node++)
            {
                Assert.Contains(notes, n => n.Door == door && n.Node == node && n.Outcome == "ok");
                Assert.Contains(notes, n =>
                    n.Door == door && n.Node == node && n.Began > returned && n.Outcome == refusal);
            }
        }
    }

    private static IEnumerable<Note> NotesOf(JsonElement round) => round.GetProperty("notes").EnumerateArray()
        .Select(n => new Note(n[0].GetString()!, n[1].GetInt32(), n[2].GetDouble(), n[3].GetString()!));

    private static async Task<JsonElement> RunAsync(Nodes nodes)
    {
        var start = new ProcessStartInfo("node", ["cluster-revocation.js"])
        {
            WorkingDirectory = Path.Combine(KeywardServer.Root, "tests/clients/node"),
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        KeywardServer.Isolate(start);
        foreach (var (name, value) in nodes.Servers[0].AdminEnvironment()) start.Environment[name] = value;
        start.Environment["NODES"] = string.Join(',', nodes.Servers.Select(s => s.Address));
        start.Environment["PROCESSES"] = string.Join(',', nodes.Servers.Select(s => s.ProcessId));
        start.Environment["FOLDER"] = nodes.Prepare("guests");
        start.Environment["KEYWARD"] = KeywardServer.Program;
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                var json = JsonDocument.Parse(line).RootElement;
                if (!json.TryGetProperty("restart", out var node)) return json;
                await nodes.RestartAsync(node.GetInt32());
                await process.StandardInput.WriteLineAsync($"{nodes.Servers[node.GetInt32()].ProcessId}");
            }

            Assert.Fail(await errors);
            return default;
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>How many decryptions the logs of all nodes say were done.</summary>
    private static async Task<int> RecordedAsync(Nodes nodes) =>
        (await nodes.RunAsync("audit", "export", "--operation", "decrypt"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Count(line => JsonDocument.Parse(line).RootElement.GetProperty("outcome").GetString() == "ok");
}
