using Keyward.Vault.Audit;

namespace Keyward.Vault.Storage;

/// <summary>Brings records that were committed with their change into the log, exactly once as far as anyone can see:
/// doubles carry the same id. Marks are written in batches, since losing them costs only a look at the log's
/// end. The store forgets a record only once it knows a checkpoint of the log that covers it: so whoever cuts records
/// of changes off the log is noticed at the next start, or the store still has them.</summary>
internal sealed class Outbox(IStore store, IAuditLog log, string node, Anchoring anchoring)
{
    private const int MarkBatch = 256;

    /// <summary>Marks are written at least every <see cref="MarkBatch"/> records, so a double can only stand this far
    /// from the end, with room for records of uses in between.</summary>
    private const int LookBack = 1 << 17;

    private readonly Lock _lock = new();
    private readonly List<byte[]> _marks = [];
    private readonly List<OutboxEntry> _unlogged = [];
    private readonly Dictionary<string, long> _orphans = new(StringComparer.Ordinal);

    public int Unlogged
    {
        get { lock (_lock) return _unlogged.Count; }
    }

    public void Remember(OutboxEntry entry)
    {
        lock (_lock) _unlogged.Add(entry);
    }

    public async ValueTask LoggedAsync(byte[] recordId)
    {
        lock (_lock)
        {
            _marks.Add(recordId);
            if (_marks.Count < MarkBatch) return;
        }

        await FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Writes what the log could not take before, and the marks. Quiet where log or store still cannot take
    /// them: nothing is lost, the next call tries again.</summary>
    public async ValueTask FlushAsync()
    {
        try
        {
            await LogAsync().ConfigureAwait(false);
            await MarkAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is AuditUnwritableException or StoreUnavailableException)
        {
            // The log says so to every caller, the store to the next change.
        }
    }

    private async ValueTask LogAsync()
    {
        OutboxEntry[] unlogged;
        lock (_lock) unlogged = [.. _unlogged];
        foreach (var entry in unlogged)
        {
            if (!log.IsWritable) return;
            await log.AppendAsync(entry.Record).ConfigureAwait(false);
            lock (_lock)
            {
                _unlogged.Remove(entry);
                _marks.Add(entry.RecordId);
            }
        }
    }

    private async ValueTask MarkAsync()
    {
        byte[][] marks;
        lock (_lock) marks = [.. _marks];
        if (marks.Length == 0) return;
        // Written twice by two that come here at once, a mark does no harm.
        await ClearAsync(marks, CancellationToken.None).ConfigureAwait(false);
        lock (_lock) _marks.RemoveAll(marks.Contains);
    }

    /// <summary>Logs the records that nobody has logged for a while: of nodes that died, and of changes whose author
    /// never learned that they were committed. A node that only slept may log them too: the same id in two logs is
    /// legal, losing one is not.</summary>
    public async ValueTask AdoptAsync(TimeSpan after, TimeProvider time)
    {
        var orphans = (await store.ReadOutboxAsync(CancellationToken.None).ConfigureAwait(false))
            .Where(e => !IsKnown(e)).ToList();
        var ids = orphans.Select(o => Convert.ToHexString(o.RecordId)).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _orphans.Keys.Where(id => !ids.Contains(id)).ToList()) _orphans.Remove(gone);
        var now = time.GetTimestamp();
        foreach (var orphan in orphans)
        {
            var id = Convert.ToHexString(orphan.RecordId);
            if (!_orphans.TryGetValue(id, out var since)) _orphans[id] = since = now;
            if (time.GetElapsedTime(since, now) < after) continue;
            await log.AppendAsync(orphan.Record).ConfigureAwait(false);
            lock (_lock) _marks.Add(orphan.RecordId);
        }

        await MarkAsync().ConfigureAwait(false);
    }

    private bool IsKnown(OutboxEntry entry)
    {
        lock (_lock)
            return _marks.Any(m => m.AsSpan().SequenceEqual(entry.RecordId))
                || _unlogged.Any(u => u.RecordId.AsSpan().SequenceEqual(entry.RecordId));
    }

    /// <summary>At a start: logs every record of this node in the store's outbox that the log does not have
    /// yet.</summary>
    public async ValueTask DrainAsync(CancellationToken cancellation)
    {
        var entries = (await store.ReadOutboxAsync(cancellation).ConfigureAwait(false))
            .Where(e => e.Node == node).ToList();
        if (entries.Count == 0) return;
        var known = await RecentIdsAsync(cancellation).ConfigureAwait(false);
        foreach (var entry in entries)
            if (!known.Contains(Convert.ToHexStringLower(entry.RecordId)))
                await log.AppendAsync(entry.Record).ConfigureAwait(false);
        await ClearAsync([.. entries.Select(e => e.RecordId)], cancellation).ConfigureAwait(false);
    }

    private async ValueTask ClearAsync(IReadOnlyList<byte[]> recordIds, CancellationToken cancellation)
    {
        try
        {
            await anchoring.AnchorAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw new AuditUnwritableException(failure.Message, failure);
        }

        await store.ClearOutboxAsync(recordIds, cancellation).ConfigureAwait(false);
    }

    private async ValueTask<HashSet<string>> RecentIdsAsync(CancellationToken cancellation)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var (_, entry) in log.ReadAsync(Math.Max(0, log.Size - LookBack), cancellation)
            .ConfigureAwait(false))
            if (RecordFields.IdOf(entry.Span) is { } id) ids.Add(id);
        return ids;
    }
}
