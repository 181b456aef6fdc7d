using Keyward.Vault.Storage;

namespace Keyward.Vault.Cluster;

/// <summary>How long a node may serve by what it knows, and how long a change waits for a node that says
/// nothing.</summary>
internal sealed record LeaseTerms(TimeSpan Lease, TimeSpan Wait)
{
    /// <summary>Never longer than the others wait, whatever was written into the store's row: a node that served on for
    /// longer would honour what a change that has returned took away.</summary>
    public TimeSpan Lease { get; } = Lease < Wait ? Lease : Wait;

    public static readonly LeaseTerms Default = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));

    /// <summary>Clocks of two machines may run this much apart, a thousand times what a crystal drifts.</summary>
    public const double Margin = 0.1;

    /// <summary>After this long without a sign of life nobody serves by that node's old knowledge.</summary>
    public TimeSpan Expiry => Wait + (Wait * Margin);
}

/// <summary>What a node learns when it renews its lease.</summary>
/// <param name="IsDraining">An operator wants it to get no more traffic.</param>
internal sealed record Renewal(Counter Counter, LeaseTerms Terms, bool IsDraining);

/// <summary>What a store that several nodes share keeps of them. Each call is one statement or one transaction; all
/// fail with <see cref="StoreUnavailableException"/> where the store cannot be reached in time.</summary>
internal interface INodeStore
{
    /// <summary>Writes the node's row, whatever stood there, and orders it with all changes.</summary>
    ValueTask RegisterAsync(NodeRow node, CancellationToken cancellation);

    /// <summary>Renews the lease of a living row of this boot, and tells where the store stands; null if there is no
    /// such row.</summary>
    ValueTask<Renewal?> RenewAsync(NodeRow node, CancellationToken cancellation);

    /// <summary>Writes how far the node has applied; false if its row is gone or another boot's.</summary>
    ValueTask<bool> AcknowledgeAsync(NodeRow node, CancellationToken cancellation);

    ValueTask<IReadOnlyList<NodeRow>> ReadNodesAsync(CancellationToken cancellation);

    /// <summary>Marks a row as dead, if its boot and renewals are still those that were seen.</summary>
    ValueTask<bool> MarkDeadAsync(NodeRow seen, CancellationToken cancellation);

    /// <summary>Takes the row away, if it is this boot's.</summary>
    ValueTask LeaveAsync(string id, byte[] boot, CancellationToken cancellation);

    /// <summary>Takes another node's row away, if its boot and renewals are still those that were seen.</summary>
    ValueTask<bool> RemoveAsync(NodeRow seen, CancellationToken cancellation);

    /// <summary>Asks this run of a node to stand aside, or to take traffic again; false if the row is gone.</summary>
    ValueTask<bool> DrainAsync(NodeRow seen, bool drain, CancellationToken cancellation);

    ValueTask SetTermsAsync(LeaseTerms terms, CancellationToken cancellation);

    /// <summary>Completes when a change was announced, or at the time-out. A hint and nothing more.</summary>
    ValueTask WaitForChangeAsync(TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Takes or renews the leadership; gives the row as it stands afterwards. Taken over only from
    /// <paramref name="seen"/>, the row that stood still too long.</summary>
    ValueTask<LeaderRow> LeadAsync(string node, byte[] boot, LeaderRow? seen, CancellationToken cancellation);

    ValueTask<LeaderRow> ReadLeaderAsync(CancellationToken cancellation);

    /// <summary>Asks for a log whatever the rows say, in place of what was asked before, and forgets witnesses that are
    /// no nodes any more.</summary>
    ValueTask AskAsync(IReadOnlyList<Vouching> asked, CancellationToken cancellation);

    /// <summary>Writes an answer, unless something else is asked by now.</summary>
    ValueTask AnswerAsync(Vouching answered, CancellationToken cancellation);

    /// <summary>What a node is asked and has not answered.</summary>
    ValueTask<IReadOnlyList<Vouching>> ReadAskedAsync(string witness, CancellationToken cancellation);

    /// <summary>What a log has asked; of all logs where none is named.</summary>
    ValueTask<IReadOnlyList<Vouching>> ReadVouchingsAsync(string? origin, CancellationToken cancellation);

    ValueTask ResignAsync(LeaderRow mine, CancellationToken cancellation);
}

/// <summary>Who runs what is due, and in which term: a number that only grows.</summary>
internal sealed record LeaderRow(string Node, byte[] Boot, long Term, long Renewals);
