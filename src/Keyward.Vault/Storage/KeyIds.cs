using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Vault.Storage;

/// <summary>Leads from the ids of a project's keys to their names. A key that is named by its id is not in it: it is
/// found by its name. Immutable: chunks in order of the ids, of which a change copies one.</summary>
internal sealed class KeyIds
{
    private const int ChunkSize = 512;

    public static readonly KeyIds Empty = new([]);

    private readonly Line[][] _chunks;

    private KeyIds(Line[][] chunks) => _chunks = chunks;

    /// <summary>The index of many keys at once.</summary>
    public static KeyIds Of(IEnumerable<(RingPlace Ring, string Key, Guid Id)> keys)
    {
        var lines = keys.Select(k => new Line(k.Id, k.Ring, k.Key)).ToArray();
        Array.Sort(lines);
        return new KeyIds([.. lines.Chunk(ChunkSize * 3 / 4)]);
    }

    public static bool IsNamedById(Key key) => key.Name.Key == key.IdText;

    /// <summary>The key of this id in a location; whether the id was written as that of a single key or of a set, the
    /// key itself says.</summary>
    public KeyName? Find(Guid id, LocationId location)
    {
        var wanted = new Line(id, new RingPlace(new KeyRingName(new LocationName(default, location), "")), "");
        var chunk = ChunkOf(wanted);
        if (chunk < 0) return null;
        var at = Array.BinarySearch(_chunks[chunk], wanted);
        return at < 0 ? null : new KeyName(_chunks[chunk][at].Ring.Name, _chunks[chunk][at].Key);
    }

    public KeyIds With(RingPlace ring, string key, Guid id)
    {
        var line = new Line(id, ring, key);
        if (_chunks.Length == 0) return new KeyIds([[line]]);
        var chunk = Math.Max(ChunkOf(line), 0);
        var old = _chunks[chunk];
        var at = Array.BinarySearch(old, line);
        if (at >= 0 && old[at].Key == key && old[at].Ring.Name == ring.Name) return this;
        Line[] grown = at >= 0 ? [.. old[..at], line, .. old[(at + 1)..]] : [.. old[..~at], line, .. old[~at..]];
        Line[][] pieces = grown.Length <= ChunkSize
            ? [grown] : [grown[..(grown.Length / 2)], grown[(grown.Length / 2)..]];
        return new KeyIds([.. _chunks[..chunk], .. pieces, .. _chunks[(chunk + 1)..]]);
    }

    /// <summary>The last chunk that begins at or before a line; −1 where all begin behind it.</summary>
    private int ChunkOf(Line line)
    {
        int low = 0, high = _chunks.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_chunks[middle][0].CompareTo(line) <= 0) low = middle + 1;
            else high = middle - 1;
        }

        return high;
    }

    private readonly record struct Line(Guid Id, RingPlace Ring, string Key) : IComparable<Line>
    {
        public int CompareTo(Line other) => Id.CompareTo(other.Id) is not 0 and var order
            ? order
            : string.CompareOrdinal(Ring.Name.Parent.Location.Value, other.Ring.Name.Parent.Location.Value);
    }
}
