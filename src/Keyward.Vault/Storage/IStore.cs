namespace Keyward.Vault.Storage;

/// <summary>The counter row, read and locked first in every change: the last sequence number, the state sum sealed with
/// it, and the incarnation, a random 16-byte id that a restore replaces.</summary>
/// <param name="Seq">0 in an empty store, then one more with each change, without gaps.</param>
/// <param name="SealedSum">Empty in an empty store.</param>
internal sealed record Counter(long Seq, byte[] SealedSum, byte[] Incarnation)
{
    /// <summary>The term of who runs jobs, read after the counter was locked: a takeover touches the counter, so no
    /// change of an older term is committed after one. 0 where there is one node.</summary>
    public long LeaderTerm { get; init; }
}

/// <summary>One change of the feed: its rows whole, with seals, so that applying it reads no other table.</summary>
internal sealed record FeedEntry(long Seq, byte[] OperationId, IReadOnlyList<Row> Rows);

/// <summary>A record that was committed with its change and may not be in the log yet.</summary>
/// <param name="RecordId">16 bytes, the record's own id, by which doubles are known.</param>
/// <param name="Node">The node that made the change and logs it.</param>
/// <param name="Record">The record's bytes as the log keeps them.</param>
internal sealed record OutboxEntry(byte[] RecordId, long Seq, string Node, byte[] Record);

/// <summary>What one accepted change writes.</summary>
/// <param name="Entry">Goes to the feed; its rows replace (or become) the rows of the same primary key.</param>
/// <param name="SealedSum">The state sum after this change, sealed with this seq.</param>
/// <param name="Outbox">Its audit record.</param>
internal sealed record Change(FeedEntry Entry, byte[] SealedSum, OutboxEntry Outbox);

/// <summary>Everything in the store, as of one sequence number.</summary>
internal sealed record StoredState(Counter Counter, PackedRows Rows);

/// <summary>Judges waiting changes under the counter's lock. It gets the counter as it stands and the feed entries that
/// this node had not applied; it returns the changes to write, numbered on from the counter, possibly none.</summary>
internal delegate IReadOnlyList<Change> Judgement(Counter counter, IReadOnlyList<FeedEntry> missed);

/// <summary>What a store promises. Rows are opaque: the vault seals and judges them. A change is atomic, durable when
/// <see cref="ChangeAsync"/> returns, and seen by every later call. Failures of the environment are
/// <see cref="StoreUnavailableException"/>; where a commit's fate is unknown, <see
/// cref="CommitUnknownException"/>.</summary>
internal interface IStore : IAsyncDisposable
{
    /// <summary>Opens the store, makes or migrates its schema, and checks that this program knows it. The incarnation
    /// of
    /// a new store is made here.</summary>
    ValueTask OpenAsync(CancellationToken cancellation);

    ValueTask<StoredState> LoadAsync(CancellationToken cancellation);

    /// <summary>Locks the counter, reads the feed after <paramref name="appliedSeq"/>, lets the judgement decide, and
    /// writes its changes (rows, feed, outbox, counter) in one transaction. Earlier copies in the feed of rows whose
    /// material these changes erase go with it (<see cref="Erasure"/>). One call at a time a node.</summary>
    ValueTask ChangeAsync(long appliedSeq, Judgement judge, CancellationToken cancellation);

    /// <summary>Feed entries after a sequence number, in order, at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<FeedEntry>> ReadFeedAsync(long afterSeq, int limit, CancellationToken cancellation);

    /// <summary>Records that were committed and not yet marked as logged, in order of seq.</summary>
    ValueTask<IReadOnlyList<OutboxEntry>> ReadOutboxAsync(CancellationToken cancellation);

    /// <summary>Marks records as logged. Losing the marks is harmless: doubles are known by id.</summary>
    ValueTask ClearOutboxAsync(IReadOnlyList<byte[]> recordIds, CancellationToken cancellation);

    /// <summary>Keeps a log's checkpoint; one of the same origin and size that is there stays.</summary>
    ValueTask PutCheckpointAsync(StoredCheckpoint checkpoint, CancellationToken cancellation);

    /// <summary>The largest checkpoint of each log.</summary>
    ValueTask<IReadOnlyList<StoredCheckpoint>> ReadCheckpointsAsync(CancellationToken cancellation);

    /// <summary>All of the store as of one moment, while others go on changing it.</summary>
    ValueTask<StoreCopy> CopyAsync(CancellationToken cancellation);

    /// <summary>Makes the store what a copy says, in one transaction, under the copy's incarnation; false if it holds a
    /// change already and <paramref name="replace"/> does not say that all of that shall go.</summary>
    ValueTask<bool> FillAsync(StoreCopy copy, bool replace, CancellationToken cancellation);

    /// <summary>Makes deleted and overwritten values unreadable as far as the engine can (checkpoint, secure
    /// delete).</summary>
    ValueTask ScrubAsync(CancellationToken cancellation);
}

/// <summary>The store cannot be reached or cannot write; nothing was changed.</summary>
internal sealed class StoreUnavailableException(string sentence, Exception? cause = null) : Exception(sentence, cause);

/// <summary>The commit was sent and its answer was lost.</summary>
internal sealed class CommitUnknownException(string sentence, Exception? cause = null) : Exception(sentence, cause);
