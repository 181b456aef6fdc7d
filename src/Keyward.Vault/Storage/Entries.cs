using Keyward.Vault.Grants;
using Keyward.Vault.Imports;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Projects;

namespace Keyward.Vault.Storage;

/// <summary>A project and what is in it, as one node knows it.</summary>
internal sealed record ProjectEntry(
    Project Project, SortedTable<RingEntry> Rings, SortedTable<KeyById> KeysById, SortedTable<Alias> Aliases)
{
    public static string NameOf(ProjectEntry entry) => entry.Project.Id.Value;
}

/// <summary>Leads from a key's id to its name, in a location. A key that is named by its id needs no entry: it is found
/// by its name.</summary>
internal sealed record KeyById(string Name, KeyName Key)
{
    public static KeyById? Of(Key key) => key.Name.Key == key.IdText
        ? null
        : new KeyById(NameOf(key.Name.Parent.Parent.Location.Value, key.IdText), key.Name);

    public static string NameOf(string location, string id) => location + " " + id;

    public static string NameOf(KeyById entry) => entry.Name;
}

/// <summary>A key ring and its keys.</summary>
internal sealed record RingEntry(KeyRing Ring, SortedTable<KeyEntry> Keys)
{
    /// <summary>Deleted keys: their names stay taken.</summary>
    public SortedTable<Key> Retired { get; init; } = SortedTable<Key>.Empty;

    public SortedTable<ImportJob> ImportJobs { get; init; } = SortedTable<ImportJob>.Empty;

    /// <summary>The name in its project's table: location, a blank (which no id has), ring.</summary>
    public string TableName { get; } = NameOf(Ring.Name.Parent.Location.Value, Ring.Name.Ring);

    public static string NameOf(string location, string ring) => location + " " + ring;

    public static string NameOf(RingEntry entry) => entry.TableName;
}

/// <summary>A key and its versions, in order of their numbers.</summary>
internal sealed record KeyEntry(Key Key, KeyVersion[] Versions)
{
    public KeyGrants Grants { get; init; } = KeyGrants.None;

    public static string NameOf(KeyEntry entry) => entry.Key.Name.Key;

    /// <summary>Version N mostly stands at N − 1; where versions are missing, it stands before that.</summary>
    public KeyVersion? Find(int number)
    {
        for (var i = Math.Min(number, Versions.Length) - 1; i >= 0; i--)
        {
            if (Versions[i].Name.Number == number) return Versions[i];
            if (Versions[i].Name.Number < number) return null;
        }

        return null;
    }

    public KeyVersion? Primary => Key.PrimaryVersion is { } number ? Find(number) : null;

    /// <summary>The entry with a version put in; without it, if it was deleted.</summary>
    public KeyEntry With(KeyVersion version)
    {
        if (version.DeleteTime is not null)
            return this with { Versions = [.. Versions.Where(v => v.Name.Number != version.Name.Number)] };
        var at = Array.FindIndex(Versions, v => v.Name.Number >= version.Name.Number);
        if (at < 0) return this with { Versions = [.. Versions, version] };
        if (Versions[at].Name.Number != version.Name.Number)
            return this with { Versions = [.. Versions[..at], version, .. Versions[at..]] };
        var versions = (KeyVersion[])Versions.Clone();
        versions[at] = version;
        return this with { Versions = versions };
    }
}
