using Keyward.Vault.Names;

namespace Keyward.Vault.Storage;

/// <summary>A project's keys by their ids. A key that is named by its id is not in it: it is found by its name.
/// Immutable: chunks in order of the ids, of which a change copies one.</summary>
internal sealed class KeyIds
{
    private const int ChunkSize = 512;

    public static readonly KeyIds Empty = new([]);

    private readonly KeyEntry[][] _chunks;

    private KeyIds(KeyEntry[][] chunks) => _chunks = chunks;

    /// <summary>The index of many keys at once.</summary>
    public static KeyIds Of(IEnumerable<KeyEntry> keys) => new([.. keys.Where(k => !k.IsNamedById)
        .OrderBy(k => k.Uuid).ThenBy(k => k.Location.Value, StringComparer.Ordinal).Chunk(ChunkSize * 3 / 4)]);

    /// <summary>The key of this id in a location; whether the id was written as that of a single key or of a set, the
    /// key itself says.</summary>
    public KeyEntry? Find(Guid id, LocationId location)
    {
        var (chunk, at) = PlaceOf(id, location);
        return at < 0 ? null : _chunks[chunk][at];
    }

    /// <summary>The index with this key added, or put in the place of what it was before.</summary>
    public KeyIds With(KeyEntry key)
    {
        if (key.IsNamedById) return this;
        if (_chunks.Length == 0) return new KeyIds([[key]]);
        var (chunk, at) = PlaceOf(key.Uuid, key.Location);
        var old = _chunks[chunk];
        KeyEntry[] grown = at >= 0 ? [.. old[..at], key, .. old[(at + 1)..]] : [.. old[..~at], key, .. old[~at..]];
        return WithChunk(chunk, grown.Length <= ChunkSize
            ? [grown] : [grown[..(grown.Length / 2)], grown[(grown.Length / 2)..]]);
    }

    public KeyIds Without(KeyEntry key)
    {
        var (chunk, at) = PlaceOf(key.Uuid, key.Location);
        if (at < 0) return this;
        KeyEntry[] rest = [.. _chunks[chunk][..at], .. _chunks[chunk][(at + 1)..]];
        return WithChunk(chunk, rest.Length > 0 ? [rest] : []);
    }

    private KeyIds WithChunk(int at, KeyEntry[][] pieces) =>
        new([.. _chunks[..at], .. pieces, .. _chunks[(at + 1)..]]);

    /// <summary>The last chunk that begins at or before an id, or the first; and where in it the id stands, or the
    /// complement of where it would.</summary>
    private (int Chunk, int At) PlaceOf(Guid id, LocationId location)
    {
        if (_chunks.Length == 0) return (0, -1);
        int low = 1, high = _chunks.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (Compare(_chunks[middle][0], id, location) <= 0) low = middle + 1;
            else high = middle - 1;
        }

        var chunk = _chunks[high];
        var (first, last) = (0, chunk.Length - 1);
        while (first <= last)
        {
            var middle = (first + last) / 2;
            var order = Compare(chunk[middle], id, location);
            if (order == 0) return (high, middle);
            if (order < 0) first = middle + 1;
            else last = middle - 1;
        }

        return (high, ~first);
    }

    private static int Compare(KeyEntry key, Guid id, LocationId location) =>
        key.Uuid.CompareTo(id) is not 0 and var order
            ? order
            : string.CompareOrdinal(key.Location.Value, location.Value);
}
