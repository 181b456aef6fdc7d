namespace Keyward.Vault.Storage;

/// <summary>An immutable sorted map of names to entries: an array of chunks of at most <see cref="ChunkSize"/> entries.
/// A look-up is two binary searches; a change copies one chunk and the array of chunks; a page of a list begins
/// anywhere. Takes eight bytes an entry beside the entry itself, which is what a million keys can afford.</summary>
internal sealed class SortedTable<T>
    where T : class, INamed
{
    /// <summary>A chunk's copy stays below 4 KiB, and a million entries have about four thousand chunks.</summary>
    private const int ChunkSize = 512;

    public static readonly SortedTable<T> Empty = new([], 0);

    private readonly T[][] _chunks;

    private SortedTable(T[][] chunks, int count) => (_chunks, Count) = (chunks, count);

    public int Count { get; }

    /// <summary>Builds a table from entries that are already in ordinal order of their names.</summary>
    public static SortedTable<T> FromSorted(IReadOnlyList<T> entries)
    {
        const int fill = ChunkSize * 3 / 4;
        var chunks = new T[(entries.Count + fill - 1) / fill][];
        for (var i = 0; i < chunks.Length; i++)
        {
            var chunk = new T[Math.Min(fill, entries.Count - (i * fill))];
            for (var j = 0; j < chunk.Length; j++) chunk[j] = entries[(i * fill) + j];
            chunks[i] = chunk;
        }

        return new SortedTable<T>(chunks, entries.Count);
    }

    public T? Find(ReadOnlySpan<char> name)
    {
        if (Count == 0) return null;
        var chunk = _chunks[ChunkOf(name)];
        var at = IndexIn(chunk, name);
        return at >= 0 ? chunk[at] : null;
    }

    /// <summary>The table with this entry added, or put in the place of the one of the same name.</summary>
    public SortedTable<T> With(T entry)
    {
        if (Count == 0) return new SortedTable<T>([[entry]], 1);
        var name = entry.TableName;
        var at = ChunkOf(name);
        var chunk = _chunks[at];
        var index = IndexIn(chunk, name);
        if (index >= 0)
        {
            var replaced = (T[])chunk.Clone();
            replaced[index] = entry;
            return new SortedTable<T>(WithChunk(at, replaced), Count);
        }

        var grown = new T[chunk.Length + 1];
        var insert = ~index;
        Array.Copy(chunk, grown, insert);
        grown[insert] = entry;
        Array.Copy(chunk, insert, grown, insert + 1, chunk.Length - insert);
        var chunks = grown.Length <= ChunkSize ? WithChunk(at, grown) : Split(at, grown);
        return new SortedTable<T>(chunks, Count + 1);
    }

    /// <summary>The table without the entry of this name, if it has one.</summary>
    public SortedTable<T> Without(string name)
    {
        if (Count == 0) return this;
        var at = ChunkOf(name);
        var index = IndexIn(_chunks[at], name);
        if (index < 0) return this;
        if (Count == 1) return Empty;
        T[] chunk = [.. _chunks[at][..index], .. _chunks[at][(index + 1)..]];
        var chunks = chunk.Length > 0 ? WithChunk(at, chunk) : [.. _chunks[..at], .. _chunks[(at + 1)..]];
        return new SortedTable<T>(chunks, Count - 1);
    }

    /// <summary>Entries in order, beginning behind a name; all of them where it is null.</summary>
    public IEnumerable<T> After(string? name)
    {
        if (Count == 0) yield break;
        var chunk = name is null ? 0 : ChunkOf(name);
        var index = 0;
        if (name is not null)
        {
            var found = IndexIn(_chunks[chunk], name);
            index = found >= 0 ? found + 1 : ~found;
        }

        for (; chunk < _chunks.Length; chunk++, index = 0)
            for (; index < _chunks[chunk].Length; index++)
                yield return _chunks[chunk][index];
    }

    private int ChunkOf(ReadOnlySpan<char> name)
    {
        int low = 0, high = _chunks.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_chunks[middle][0].CompareTo(name) <= 0) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    private static int IndexIn(T[] chunk, ReadOnlySpan<char> name)
    {
        int low = 0, high = chunk.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = chunk[middle].CompareTo(name);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    private T[][] WithChunk(int at, T[] chunk)
    {
        var chunks = (T[][])_chunks.Clone();
        chunks[at] = chunk;
        return chunks;
    }

    private T[][] Split(int at, T[] chunk)
    {
        var chunks = new T[_chunks.Length + 1][];
        Array.Copy(_chunks, chunks, at);
        chunks[at] = chunk[..(chunk.Length / 2)];
        chunks[at + 1] = chunk[(chunk.Length / 2)..];
        Array.Copy(_chunks, at + 1, chunks, at + 2, _chunks.Length - at - 1);
        return chunks;
    }
}
