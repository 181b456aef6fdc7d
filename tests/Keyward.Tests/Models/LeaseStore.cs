using Keyward.Vault.Cluster;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Models;

/// <summary>A statement that a node sent: it waits for the scheduler, who lets it run, then lets its answer arrive, or
/// loses either.</summary>
internal sealed class Statement(int node, Func<object?> effect)
{
    private readonly TaskCompletionSource<object?> _answer = new();

    public int Node { get; } = node;

    public bool HasRun { get; private set; }

    public object? Result { get; private set; }

    public Task<object?> Answer => _answer.Task;

    public void Run() => (Result, HasRun) = (effect(), true);

    public void Deliver() => _answer.SetResult(Result);

    public void Lose() => _answer.SetException(new StoreUnavailableException("lost on the way"));
}

/// <summary>What all nodes share, in memory: the counter, the feed, the nodes' rows. Plain, so that one sees that it is
/// right.</summary>
internal sealed class SharedRows(LeaseTerms terms)
{
    public Counter Counter { get; set; } = new(0, [], new byte[16]);

    public List<FeedEntry> Feed { get; } = [];

    public Dictionary<string, NodeRow> Nodes { get; } = [];

    public LeaseTerms Terms { get; } = terms;

    /// <summary>A fault to be found: renewals tell of a counter that was read some changes ago.</summary>
    public bool TellsOldCounter { get; init; }

    public NodeRow? Living(NodeRow me) => Nodes.TryGetValue(me.Id, out var row) && !row.Dead
        && row.Boot.AsSpan().SequenceEqual(me.Boot) ? row : null;
}

/// <summary>The shared rows as one node reaches them: every call waits for the scheduler.</summary>
internal sealed class LeaseStore(int node, SharedRows rows, List<Statement> statements) : INodeStore, IStore
{
    public async ValueTask RegisterAsync(NodeRow node, CancellationToken cancellation) =>
        await SendAsync(() => rows.Nodes[node.Id] = node).ConfigureAwait(false);

    public async ValueTask<Renewal?> RenewAsync(NodeRow node, CancellationToken cancellation) =>
        (Renewal?)await SendAsync(() =>
        {
            if (rows.Living(node) is null) return null;
            rows.Nodes[node.Id] = node;
            var counter = rows.TellsOldCounter && rows.Counter.Seq > node.Applied
                ? rows.Counter with { Seq = node.Applied } : rows.Counter;
            return new Renewal(counter, rows.Terms, false);
        }).ConfigureAwait(false);

    public async ValueTask<bool> AcknowledgeAsync(NodeRow node, CancellationToken cancellation) =>
        (bool)(await SendAsync(() =>
        {
            if (rows.Living(node) is null) return false;
            rows.Nodes[node.Id] = node;
            return true;
        }).ConfigureAwait(false))!;

    public async ValueTask<IReadOnlyList<NodeRow>> ReadNodesAsync(CancellationToken cancellation) =>
        (IReadOnlyList<NodeRow>)(await SendAsync(() => rows.Nodes.Values.ToList()).ConfigureAwait(false))!;

    public async ValueTask<bool> MarkDeadAsync(NodeRow seen, CancellationToken cancellation) =>
        (bool)(await SendAsync(() =>
        {
            if (!rows.Nodes.TryGetValue(seen.Id, out var row) || row.Dead || !row.IsSameLife(seen)) return false;
            rows.Nodes[seen.Id] = row with { Dead = true };
            return true;
        }).ConfigureAwait(false))!;

    public async ValueTask<IReadOnlyList<FeedEntry>> ReadFeedAsync(
        long afterSeq, int limit, CancellationToken cancellation) => (IReadOnlyList<FeedEntry>)(await SendAsync(
            () => rows.Feed.Where(f => f.Seq > afterSeq).Take(limit).ToList()).ConfigureAwait(false))!;

    public ValueTask OpenAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<StoredState> LoadAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask ChangeAsync(long appliedSeq, Judgement judge, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<OutboxEntry>> ReadOutboxAsync(CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask ClearOutboxAsync(IReadOnlyList<byte[]> recordIds, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask PutCheckpointAsync(StoredCheckpoint checkpoint, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<StoredCheckpoint>> ReadCheckpointsAsync(CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask<StoreCopy> CopyAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<bool> FillAsync(StoreCopy copy, bool replace, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask ScrubAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask LeaveAsync(string id, byte[] boot, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask<bool> RemoveAsync(NodeRow seen, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask<bool> DrainAsync(NodeRow seen, bool drain, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask SetTermsAsync(LeaseTerms terms, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask WaitForChangeAsync(TimeSpan timeout, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask<LeaderRow> LeadAsync(
        string node, byte[] boot, LeaderRow? seen, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask AskAsync(IReadOnlyList<Vouching> asked, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask AnswerAsync(Vouching answered, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Vouching>> ReadAskedAsync(string witness, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Vouching>> ReadVouchingsAsync(string? origin, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ValueTask<LeaderRow> ReadLeaderAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask ResignAsync(LeaderRow mine, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<object?> SendAsync(Func<object?> effect)
    {
        var statement = new Statement(node, effect);
        statements.Add(statement);
        return statement.Answer;
    }
}
