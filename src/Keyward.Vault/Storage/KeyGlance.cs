using Keyward.Vault.Algorithms;
using Keyward.Vault.Keys;

namespace Keyward.Vault.Storage;

/// <summary>The little that walks over all keys look at, read where it lies packed: a million keys are passed in a
/// fraction of the time that opening them takes.</summary>
internal readonly ref struct KeyGlance
{
    private static readonly int Level = Tables.CryptoKey.IndexOf("protection_level");
    private static readonly int Primary = Tables.CryptoKey.IndexOf("primary_version");
    private static readonly int Next = Tables.CryptoKey.IndexOf("next_version");
    private static readonly int Rotation = Tables.CryptoKey.IndexOf("next_rotation_time");
    private static readonly int State = Tables.CryptoKey.IndexOf("state");
    private static readonly int Deletion = Tables.CryptoKey.IndexOf("deletion_time");

    private readonly ReadOnlySpan<byte> _versions;
    private readonly KeyState _state;
    private readonly long? _deletionTime;

    public KeyGlance(ReadOnlySpan<byte> packed)
    {
        CellPacking.ReadInteger(ref packed);
        for (var i = PackedKey.FirstKeyCell; i < Tables.CryptoKey.Columns.Count; i++)
        {
            var number = CellPacking.ReadInteger(ref packed);
            if (i == Level) ProtectionLevel = (ProtectionLevel)number!.Value;
            else if (i == Primary) PrimaryVersion = (int?)number;
            else if (i == Next) NextVersion = (int)number!.Value;
            else if (i == Rotation) NextRotationTime = Micros.Time(number);
            else if (i == State) _state = (KeyState)number!.Value;
            else if (i == Deletion) _deletionTime = number;
        }

        _versions = packed;
    }

    public ProtectionLevel ProtectionLevel { get; }

    public int? PrimaryVersion { get; }

    public int NextVersion { get; }

    public DateTimeOffset? NextRotationTime { get; }

    public KeyState StateAt(DateTimeOffset now) => Key.StateAt(_state, Micros.Time(_deletionTime), now);

    public ReadOnlySpan<byte> PackedVersions => _versions;

    public VersionGlances Versions => new(_versions);
}

/// <summary>Glances at the versions of one key, for <c>foreach</c>.</summary>
internal ref struct VersionGlances(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    public VersionGlance Current { get; private set; }

    public readonly VersionGlances GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;
        Current = VersionGlance.Read(ref _rest);
        return true;
    }
}

/// <summary>What a walk over all versions looks at.</summary>
/// <param name="Parent">The id of the project key that seals the material.</param>
/// <param name="HasMaterial">Whether there is any.</param>
internal readonly record struct VersionGlance(
    int Number, VersionState State, DateTimeOffset CreateTime, DateTimeOffset? DestroyTime,
    DateTimeOffset? MaterialExpireTime, long Messages, byte[] Parent, bool HasMaterial)
{
    private static readonly int NumberCell = Tables.KeyVersion.IndexOf("number");
    private static readonly int StateCell = Tables.KeyVersion.IndexOf("state");
    private static readonly int Create = Tables.KeyVersion.IndexOf("create_time");
    private static readonly int Destroy = Tables.KeyVersion.IndexOf("destroy_time");
    private static readonly int Expire = Tables.KeyVersion.IndexOf("material_expire_time");
    private static readonly int MessagesCell = Tables.KeyVersion.IndexOf("messages");
    private static readonly int Sealed = Tables.KeyVersion.IndexOf("sealed");

    public VersionState StateAt(DateTimeOffset now) =>
        KeyVersion.IsDueAt(State, DestroyTime, MaterialExpireTime, now) ? VersionState.Destroyed : State;

    public static VersionGlance Read(ref ReadOnlySpan<byte> packed)
    {
        var glance = default(VersionGlance);
        CellPacking.ReadInteger(ref packed);
        for (var i = PackedKey.FirstVersionCell; i < Tables.KeyVersion.Columns.Count; i++)
        {
            if (i == PackedKey.ParentCell) glance = glance with { Parent = CellPacking.Read(ref packed).Bytes! };
            else if (i == Sealed) glance = glance with { HasMaterial = CellPacking.ReadLength(ref packed) > 0 };
            else if (CellPacking.ReadInteger(ref packed) is { } number) glance = glance.With(i, number);
        }

        return glance;
    }

    private VersionGlance With(int column, long number) =>
        column == NumberCell ? this with { Number = (int)number }
        : column == StateCell ? this with { State = (VersionState)number }
        : column == Create ? this with { CreateTime = Micros.Time(number) }
        : column == Destroy ? this with { DestroyTime = Micros.Time(number) }
        : column == Expire ? this with { MaterialExpireTime = Micros.Time(number) }
        : column == MessagesCell ? this with { Messages = number }
        : this;
}
