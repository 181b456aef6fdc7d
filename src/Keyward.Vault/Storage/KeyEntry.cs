using Keyward.Vault.Grants;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Vault.Storage;

/// <summary>A key and its versions as a snapshot keeps them. Immutable in what it says. Most keys are not in use at any
/// moment, and a node knows all of them: so each lies packed, and who is used is open for as long as few others are
/// (<see cref="OpenKeys"/>).</summary>
internal sealed class KeyEntry : INamed
{
    private readonly KeyPlace _place;
    private readonly byte[] _packed;
    private volatile OpenKey? _open;

    public KeyEntry(KeyPlace place, Key key, KeyVersion[] versions)
        : this(place, key, PackedKey.Of(key, versions))
    {
    }

    private KeyEntry(KeyPlace place, Key key, byte[] packed)
        : this(place, packed, DueOf(key, new KeyGlance(packed).Versions))
    {
    }

    private KeyEntry(KeyPlace place, byte[] packed, long due) => (_place, _packed, Due) = (place, packed, due);

    public KeyName Name => _open?.Key.Name ?? new KeyName(_place.Ring, TableName);

    public ProjectId Project => _place.Ring.Project;

    public LocationId Location => _place.Ring.Parent.Location;

    /// <summary>The key's id in its ring.</summary>
    public string TableName => PackedKey.NameOf(_packed);

    public Guid Uuid => PackedKey.UuidOf(_packed);

    /// <summary>Whether the key's name in its ring is its id, in one of the two forms that an id has.</summary>
    public bool IsNamedById => KeyIdText.TryParse(TableName, out var id) && id == Uuid;

    public KeyGrants Grants => _place.Grants;

    /// <summary>Microseconds since 1970: before then the server itself has nothing to do with the key.</summary>
    public long Due { get; }

    public Key Key => Opened.Key;

    public KeyVersion[] Versions => Opened.Versions;

    public KeyVersion? Primary => Opened.Primary;

    public KeyGlance Glance => new(_packed);

    private OpenKey Opened => _open ?? Open();

    public int CompareTo(ReadOnlySpan<char> name) => PackedKey.CompareName(_packed, name);

    /// <summary>The key for one look among many, for which none that is in use has to be closed.</summary>
    public OpenKey Peek() => _open ?? PackedKey.Open(_packed, Name);

    public KeyVersion? Find(int number) => Opened.Find(number);

    public KeyEntry With(Key key) => new KeyEntry(_place, key, PackedKey.With(_packed, key))
        .OpenAs(_open is { } open ? open with { Key = key } : null);

    public KeyEntry With(KeyGrants grants) => new KeyEntry(_place with { Grants = grants }, _packed, Due).OpenAs(_open);

    /// <summary>The entry with a version put in; without it, if it was deleted.</summary>
    public KeyEntry With(KeyVersion version)
    {
        var open = _open;
        var key = open?.Key ?? PackedKey.OpenKey(_packed, Name);
        return new KeyEntry(_place, key, PackedKey.With(_packed, key, version))
            .OpenAs(open is null ? null : open with { Versions = With(open.Versions, version) });
    }

    internal void Close() => _open = null;

    private static KeyVersion[] With(KeyVersion[] versions, KeyVersion version)
    {
        if (version.DeleteTime is not null)
            return [.. versions.Where(v => v.Name.Number != version.Name.Number)];
        var at = Array.FindIndex(versions, v => v.Name.Number >= version.Name.Number);
        if (at < 0) return [.. versions, version];
        if (versions[at].Name.Number != version.Name.Number) return [.. versions[..at], version, .. versions[at..]];
        var with = (KeyVersion[])versions.Clone();
        with[at] = version;
        return with;
    }

    private static long DueOf(Key key, VersionGlances versions)
    {
        var due = long.MaxValue;
        if (key is { State: KeyState.Enabled, IsReplica: false, NextRotationTime: { } rotation })
            due = Micros.Of(rotation);
        if (key is { State: KeyState.PendingDeletion, DeletionTime: { } deletion })
            due = Math.Min(due, Micros.Of(deletion));
        foreach (var version in versions) due = Math.Min(due, DueOf(version));
        return due;
    }

    private static long DueOf(VersionGlance version) => version.State switch
    {
        VersionState.PendingGeneration => long.MinValue,
        VersionState.DestroyScheduled => Math.Min(Micros.Of(version.DestroyTime) ?? long.MaxValue,
            Micros.Of(version.MaterialExpireTime) ?? long.MaxValue),
        VersionState.Enabled or VersionState.Disabled => Micros.Of(version.MaterialExpireTime) ?? long.MaxValue,
        _ => long.MaxValue,
    };

    /// <summary>What was open before a change is in use, and stays so after it.</summary>
    private KeyEntry OpenAs(OpenKey? open)
    {
        if (open is null) return this;
        _open = open;
        OpenKeys.Note(this);
        return this;
    }

    private OpenKey Open()
    {
        var open = PackedKey.Open(_packed, Name);
        OpenAs(open);
        return open;
    }
}
