using Keyward.Vault.Algorithms;
using Keyward.Vault.Keys;

namespace Keyward.Vault.Storage;

/// <summary>The little that walks over all keys look at, read where it lies packed: a million keys are passed in a
/// fraction of the time that opening them takes.</summary>
internal readonly ref struct KeyGlance
{
    private static readonly int Create = Tables.CryptoKey.IndexOf("create_time");
    private static readonly int Level = Tables.CryptoKey.IndexOf("protection_level");
    private static readonly int Primary = Tables.CryptoKey.IndexOf("primary_version");
    private static readonly int Next = Tables.CryptoKey.IndexOf("next_version");
    private static readonly int Rotation = Tables.CryptoKey.IndexOf("next_rotation_time");
    private static readonly int State = Tables.CryptoKey.IndexOf("state");
    private static readonly int Deletion = Tables.CryptoKey.IndexOf("deletion_time");

    private readonly KeyState _state;
    private readonly long _createTime;
    private readonly long? _deletionTime;

    public KeyGlance(ReadOnlySpan<byte> packed)
    {
        packed = PackedKey.BehindName(packed);
        CellPacking.ReadInteger(ref packed);
        var given = CellPacking.ReadNumber(ref packed);
        for (var i = PackedKey.FirstKeyCell; given != 0; i++, given >>= 1)
        {
            if ((given & 1) == 0) continue;
            var number = CellPacking.ReadInteger(ref packed);
            if (i == Create) _createTime = number!.Value;
            else if (i == Level) ProtectionLevel = (ProtectionLevel)number!.Value;
            else if (i == Primary) PrimaryVersion = (int?)number;
            else if (i == Next) NextVersion = (int)number!.Value;
            else if (i == Rotation) NextRotationTime = Micros.Time(number);
            else if (i == State) _state = (KeyState)number!.Value;
            else if (i == Deletion) _deletionTime = number;
        }

        PackedVersions = packed;
    }

    public ProtectionLevel ProtectionLevel { get; }

    public int? PrimaryVersion { get; }

    public int NextVersion { get; }

    public DateTimeOffset? NextRotationTime { get; }

    public KeyState StateAt(DateTimeOffset now) => Key.StateAt(_state, Micros.Time(_deletionTime), now);

    public ReadOnlySpan<byte> PackedVersions { get; }

    public VersionGlances Versions => new(PackedVersions, _createTime);
}

/// <summary>Glances at the versions of one key, for <c>foreach</c>.</summary>
internal ref struct VersionGlances(ReadOnlySpan<byte> rest, long keyCreateTime)
{
    private ReadOnlySpan<byte> _rest = rest;

    public VersionGlance Current { get; private set; }

    public readonly VersionGlances GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;
        Current = VersionGlance.Read(ref _rest, keyCreateTime);
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
    private static readonly int Destroy = Tables.KeyVersion.IndexOf("destroy_time");
    private static readonly int Expire = Tables.KeyVersion.IndexOf("material_expire_time");
    private static readonly int MessagesCell = Tables.KeyVersion.IndexOf("messages");
    private static readonly int Sealed = Tables.KeyVersion.IndexOf("sealed");

    public VersionState StateAt(DateTimeOffset now) =>
        KeyVersion.IsDueAt(State, DestroyTime, MaterialExpireTime, now) ? VersionState.Destroyed : State;

    /// <param name="keyCreateTime">When the key was made, in microseconds since 1970: the version's own time counts
    /// from there.</param>
    public static VersionGlance Read(ref ReadOnlySpan<byte> packed, long keyCreateTime)
    {
        var glance = default(VersionGlance) with { CreateTime = Micros.Time(keyCreateTime) };
        CellPacking.ReadInteger(ref packed);
        var given = CellPacking.ReadNumber(ref packed);
        for (var i = PackedKey.FirstVersionCell; given != 0; i++, given >>= 1)
        {
            if ((given & 1) == 0) continue;
            if (i == PackedKey.CreateTimeCell)
                glance = glance with
                {
                    CreateTime = Micros.Time(keyCreateTime + CellPacking.ReadInteger(ref packed)!.Value),
                };
            else if (i == PackedKey.ParentCell) glance = glance with { Parent = CellPacking.Read(ref packed).Bytes! };
            else if (i == Sealed) glance = glance with { HasMaterial = CellPacking.ReadLength(ref packed) > 0 };
            else if (CellPacking.ReadInteger(ref packed) is { } number) glance = glance.With(i, number);
        }

        return glance;
    }

    private VersionGlance With(int column, long number) =>
        column == NumberCell ? this with { Number = (int)number }
        : column == StateCell ? this with { State = (VersionState)number }
        : column == Destroy ? this with { DestroyTime = Micros.Time(number) }
        : column == Expire ? this with { MaterialExpireTime = Micros.Time(number) }
        : column == MessagesCell ? this with { Messages = number }
        : this;
}
