namespace Keyward.Vault.Audit.Index;

/// <summary>Records that are worth a look: some, ascending, or all from one index up to another.</summary>
internal sealed record Candidates(long From, long To, long[]? Indexes)
{
    public static Candidates All(long from, long to) => new(from, to, null);

    public static Candidates Some(long[] indexes) => new(indexes[0], indexes[^1] + 1, indexes);

    /// <summary>The same in runs that are read at once: all by so many, some by the blocks that they stand
    /// in.</summary>
    public IEnumerable<Candidates> Split(int size, bool isDescending)
    {
        var runs = Indexes is { } indexes ? ByBlocks(indexes) : BySize(size);
        return isDescending ? runs.Reverse() : runs;
    }

    /// <summary>The records themselves, in order.</summary>
    public async IAsyncEnumerable<(long Index, ReadOnlyMemory<byte> Bytes)> ReadAsync(IAuditLog log)
    {
        var wanted = 0;
        await foreach (var (at, entry) in log.ReadAsync(From, CancellationToken.None).ConfigureAwait(false))
        {
            if (at >= To) yield break;
            if (Indexes is { } indexes)
            {
                while (wanted < indexes.Length && indexes[wanted] < at) wanted++;
                if (wanted == indexes.Length || indexes[wanted] != at) continue;
            }

            yield return (at, entry);
        }
    }

    private IEnumerable<Candidates> BySize(int size)
    {
        for (var from = From; from < To; from += size) yield return All(from, Math.Min(To, from + size));
    }

    private static IEnumerable<Candidates> ByBlocks(long[] indexes)
    {
        var from = 0;
        for (var i = 1; i <= indexes.Length; i++)
        {
            if (i < indexes.Length && indexes[i] / IChapter.BlockSize == indexes[from] / IChapter.BlockSize) continue;
            yield return Some(indexes[from..i]);
            from = i;
        }
    }
}
