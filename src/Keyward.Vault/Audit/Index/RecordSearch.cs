namespace Keyward.Vault.Audit.Index;

/// <summary>Reads the records that a filter matches: those that the index names, or all one by one. Each is held
/// against the filter, so that the index can only save work.</summary>
internal sealed class RecordSearch(IAuditLog log, LogIndex? index, RecordFilter filter)
{
    /// <summary>What is read at once where all are looked at: few enough to begin at the end of them.</summary>
    private const int Run = 1_024;

    /// <summary>A page that finds nothing must end too: the reader goes on from where it stopped.</summary>
    private const int MaximumScanned = 50_000;

    private readonly List<(long Index, ReadOnlyMemory<byte> Bytes)> _found = [];
    private readonly RecordFacts _facts = new(new RecordTexts());

    /// <summary>From an index on, up to the log's end.</summary>
    public async ValueTask<RecordPage> ForwardAsync(long from, int limit)
    {
        var size = log.Size;
        var scanned = 0;
        foreach (var run in RunsOf(from, size, isDescending: false))
        {
            await foreach (var (at, entry) in run.ReadAsync(log).ConfigureAwait(false))
            {
                if (Matches(at, entry)) _found.Add((at, entry.ToArray()));
                if (_found.Count == limit || ++scanned == MaximumScanned)
                    return new RecordPage(log.Origin, _found, at + 1, at + 1 >= log.Size);
            }
        }

        return new RecordPage(log.Origin, _found, Math.Max(from, size), size >= log.Size);
    }

    /// <summary>From below an index back to the log's beginning.</summary>
    public async ValueTask<RecordPage> BackwardAsync(long below, int limit)
    {
        var scanned = 0;
        foreach (var run in RunsOf(0, Math.Min(below, log.Size), isDescending: true))
        {
            var records = new List<(long Index, ReadOnlyMemory<byte> Bytes)>();
            await foreach (var record in run.ReadAsync(log).ConfigureAwait(false)) records.Add(record);
            for (var i = records.Count - 1; i >= 0; i--)
            {
                var (at, entry) = records[i];
                if (Matches(at, entry)) _found.Add((at, entry.ToArray()));
                if (_found.Count == limit || ++scanned == MaximumScanned)
                    return new RecordPage(log.Origin, _found, at, at <= log.FirstIndex);
            }
        }

        return new RecordPage(log.Origin, _found, log.FirstIndex, true);
    }

    /// <summary>The newest so many, from the last record back, each with what else it says.</summary>
    public async IAsyncEnumerable<(RecordFacts Facts, ReadOnlyMemory<byte> Bytes)> NewestAsync(int limit)
    {
        var found = 0;
        foreach (var run in RunsOf(0, log.Size, isDescending: true))
        {
            var records = new List<(long Index, ReadOnlyMemory<byte> Bytes)>();
            await foreach (var record in run.ReadAsync(log).ConfigureAwait(false)) records.Add(record);
            for (var i = records.Count - 1; i >= 0; i--)
            {
                if (!Matches(records[i].Index, records[i].Bytes)) continue;
                yield return (_facts, records[i].Bytes);
                if (++found == limit) yield break;
            }
        }
    }

    private bool Matches(long at, ReadOnlyMemory<byte> entry)
    {
        _facts.Read(at, entry);
        return filter.Matches(_facts);
    }

    private IEnumerable<Candidates> RunsOf(long from, long to, bool isDescending)
    {
        from = Math.Max(from, log.FirstIndex);
        var parts = index?.Find(filter, from, to, isDescending) ?? (from < to ? [Candidates.All(from, to)] : []);
        return parts.SelectMany(p => p.Split(Run, isDescending));
    }
}
