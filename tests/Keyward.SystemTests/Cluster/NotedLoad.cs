using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Cluster;

/// <summary>Uses, changes and revocations at every node at once, whatever becomes of them, each noted with when it began
/// and ended and how it was answered. A checker judges from these notes alone.</summary>
internal sealed class NotedLoad
{
    /// <summary>A decryption; status 0 is no answer.</summary>
    internal sealed record Use(int Node, string Key, long Began, long Ended, int Status);

    /// <summary>From the return of the call that disabled a key until the next one about it began.</summary>
    internal sealed record Taking(string Key, long Returned, long Ended);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Nodes _nodes;
    private readonly ConcurrentQueue<Use> _uses = new();
    private readonly ConcurrentQueue<Taking> _takings = new();
    private readonly int[] _tried;
    private readonly int[] _acknowledged;
    private readonly int[] _changes;
    private readonly List<Task> _workers = [];
    private volatile bool _isEnding;

    private NotedLoad(Nodes nodes)
    {
        _nodes = nodes;
        (_tried, _acknowledged) = (new int[nodes.Servers.Count], new int[nodes.Servers.Count]);
        _changes = new int[nodes.Servers.Count];
    }

    public IReadOnlyCollection<Use> Uses => _uses;

    public IReadOnlyCollection<Taking> Takings => _takings;

    /// <summary>How many changes of its own key each node has acknowledged.</summary>
    public IReadOnlyList<int> Changes => _changes;

    public static async Task<NotedLoad> StartAsync(Nodes nodes)
    {
        var load = new NotedLoad(nodes);
        var count = nodes.Servers.Count;
        for (var node = 0; node < count; node++)
        {
            await nodes.MakeKeyAsync(Counted(node));
            foreach (var key in (string[])["kept", Taken(node)])
            {
                if (key == "kept" && node > 0) continue;
                var ciphertext = await nodes.MakeKeyAsync(key);
                for (var user = 0; user < count; user++) load.Begin(user, n => load.UseAsync(n, key, ciphertext));
            }

            load.Begin(node, load.CountAsync);
            load.Begin(node, load.TakeAsync);
        }

        return load;
    }

    /// <summary>Until every node has served, changed and taken away once more.</summary>
    public async Task GoOnAsync()
    {
        var (now, changes) = (Stopwatch.GetTimestamp(), _changes.ToArray());
        bool HasGoneOn(int node) => _changes[node] > changes[node]
            && _uses.Any(u => u.Node == node && u.Began > now && u.Status == 200)
            && _takings.Any(t => t.Key == Taken(node) && t.Returned > now);
        for (var node = 0; node < _changes.Length; node++)
            while (!HasGoneOn(node)) await LookAsync();
    }

    /// <summary>Until every node has refused to use anything again and again.</summary>
    public async Task BeRefusedAsync(long since)
    {
        for (var node = 0; node < _changes.Length; node++)
            while (_uses.Count(u => u.Node == node && u.Began > since && u.Status == 503) < 20) await LookAsync();
    }

    public async Task EndAsync()
    {
        _isEnding = true;
        await Task.WhenAll(_workers);
    }

    /// <summary>What was acknowledged is there, at whichever node is asked; what was answered by an error may be.</summary>
    public async Task AssertNothingIsLostAsync()
    {
        for (var node = 0; node < _changes.Length; node++)
            foreach (var client in _nodes.Clients)
            {
                var key = default(JsonElement);
                Assert.Equal(200, await Waiting.InStepAsync(async () =>
                {
                    (var status, key) = await client.GetAsync($"{Nodes.Keys}/{Counted(node)}");
                    return status;
                }));
                var count = int.Parse(key.GetProperty("labels").GetProperty("count").GetString()!);
                Assert.InRange(count, _acknowledged[node], _tried[node]);
            }
    }

    private static string Counted(int node) => $"counted{node}";

    private static string Taken(int node) => $"taken{node}";

    /// <summary>Between two looks the load goes on.</summary>
    private Task LookAsync()
    {
        foreach (var worker in _workers.Where(w => w.IsFaulted)) worker.GetAwaiter().GetResult();
        return Task.Delay(Pause);
    }

    private void Begin(int node, Func<int, Task> call) => _workers.Add(Task.Run(async () =>
    {
        while (!_isEnding) await call(node);
    }));

    private async Task UseAsync(int node, string key, string ciphertext)
    {
        var began = Stopwatch.GetTimestamp();
        var status = await AnswerAsync(_nodes.DecryptOnceAsync(node, key, ciphertext));
        _uses.Enqueue(new Use(node, key, began, Stopwatch.GetTimestamp(), status));
        // Refusals cost a node next to nothing: without a pause they would take the machine from who is waited for.
        if (status != 200) await Task.Delay(Pause);
    }

    private async Task CountAsync(int node)
    {
        var count = ++_tried[node];
        var status = await AnswerAsync(SendLabelAsync(node, count));
        if (status != 200) return;
        _acknowledged[node] = count;
        _changes[node]++;
    }

    private async Task<int> SendLabelAsync(int node, int count) => (await _nodes.Clients[node].SendAsync(
        HttpMethod.Patch, $"{Nodes.Keys}/{Counted(node)}?updateMask=labels",
        $$$"""{"labels":{"count":"{{{count}}}"}}""")).Status;

    private async Task TakeAsync(int node)
    {
        var isTaken = await AnswerAsync(_nodes.SetStateOnceAsync(node, Taken(node), "DISABLED")) == 200;
        var returned = Stopwatch.GetTimestamp();
        // Until it was tried at every node.
        bool IsUntried(int user) =>
            !_uses.Any(u => u.Node == user && u.Key == Taken(node) && u.Began > returned);
        for (var user = 0; isTaken && user < _changes.Length; user++)
            while (!_isEnding && IsUntried(user)) await LookAsync();
        if (isTaken) _takings.Enqueue(new Taking(Taken(node), returned, Stopwatch.GetTimestamp()));
        await AnswerAsync(_nodes.SetStateOnceAsync(node, Taken(node), "ENABLED"));
    }

    private static async Task<int> AnswerAsync(Task<int> call)
    {
        try
        {
            return await call;
        }
        catch (TaskCanceledException)
        {
            // The client has waited for long enough, and knows no more than after an error.
            return 0;
        }
    }
}
