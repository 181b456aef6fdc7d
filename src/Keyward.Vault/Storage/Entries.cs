using Keyward.Vault.Grants;
using Keyward.Vault.Imports;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Projects;

namespace Keyward.Vault.Storage;

/// <summary>A project and what is in it, as one node knows it.</summary>
internal sealed record ProjectEntry(
    Project Project, SortedTable<RingEntry> Rings, KeyIds KeyIds, SortedTable<Alias> Aliases) : INamed
{
    /// <summary>Any location and ring that exist fit.</summary>
    private const int MaximumRingNameLength = 192;

    public string TableName => Project.Id.Value;

    /// <summary>The ring of a name; each request looks one up, so the name is joined in place.</summary>
    public RingEntry? Find(KeyRingName ring)
    {
        var (location, id) = (ring.Parent.Location.Value, ring.Ring);
        Span<char> name = stackalloc char[MaximumRingNameLength];
        return name.TryWrite($"{location} {id}", out var length) ? Rings.Find(name[..length]) : null;
    }
}

/// <summary>The ring that a key is in, and the grants on it: all keys of a ring that have none share one.</summary>
internal sealed record KeyPlace(KeyRingName Ring, KeyGrants Grants);

/// <summary>A key ring and its keys.</summary>
internal sealed record RingEntry(KeyRing Ring, SortedTable<KeyEntry> Keys) : INamed
{
    /// <summary>Deleted keys: their names stay taken.</summary>
    public SortedTable<Key> Retired { get; init; } = SortedTable<Key>.Empty;

    public SortedTable<ImportJob> ImportJobs { get; init; } = SortedTable<ImportJob>.Empty;

    /// <summary>That of keys without grants.</summary>
    public KeyPlace Place { get; } = new(Ring.Name, KeyGrants.None);

    /// <summary>The name in its project's table: location, a blank (which no id has), ring.</summary>
    public string TableName { get; } = NameOf(Ring.Name.Parent.Location.Value, Ring.Name.Ring);

    public static string NameOf(string location, string ring) => location + " " + ring;
}
