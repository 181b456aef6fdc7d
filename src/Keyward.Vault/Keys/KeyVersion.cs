using Keyward.Vault.Algorithms;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Immutable material under a key, with its state. The number is never used again.</summary>
public sealed record KeyVersion
{
    public required VersionName Name { get; init; }

    public required VersionState State { get; init; }

    public required Algorithm Algorithm { get; init; }

    public required ProtectionLevel ProtectionLevel { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public DateTimeOffset? GenerateTime { get; init; }

    /// <summary>When destruction is due; kept after it.</summary>
    public DateTimeOffset? DestroyTime { get; init; }

    /// <summary>When the material went.</summary>
    public DateTimeOffset? DestroyEventTime { get; init; }

    public VersionOrigin Origin { get; init; } = VersionOrigin.Generated;

    /// <summary>The member who made the version, such as <c>serviceAccount:EMAIL</c> or
    /// <c>system:rotation</c>.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>The material's keyed fingerprint: tells whether other material is the same, to nobody but this
    /// deployment. Kept when the material goes.</summary>
    public UInt128 Fingerprint { get; init; }

    /// <summary>How the material last came in; null where it was made here.</summary>
    public VersionImport? Import { get; init; }

    /// <summary>Why the last import into this version failed, while that is its state.</summary>
    public string? ImportFailure { get; init; }

    /// <summary>When imported material goes by itself; its owner said so.</summary>
    public DateTimeOffset? MaterialExpireTime { get; init; }

    /// <summary>What its owner says of imported material.</summary>
    public string? MaterialDescription { get; init; }

    /// <summary>When the version became its key's primary, where that was not when it was made.</summary>
    public DateTimeOffset? RotateTime { get; init; }

    /// <summary>How many messages were taken from what an AES-GCM key may seal, in the blocks that nodes take. Counts
    /// on when the same material comes in again.</summary>
    public long Messages { get; init; }

    /// <summary>Whether the version has ever had material: then only the same may come in again.</summary>
    public bool HasHeldMaterial => Fingerprint != UInt128.Zero;

    /// <summary>Set once and for ever: the version is gone, its row stays for the record.</summary>
    public DateTimeOffset? DeleteTime { get; init; }

    /// <summary>The full name as text, made once.</summary>
    public string FullName => Material.Sealed.Binding.Name;

    /// <summary>Names the material to callers: 32 bytes in hex, the same in every location of a multi-region
    /// key. A digest of key id and number, not of the material.</summary>
    public string MaterialIdText => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
        Frame.Of(Frame.Text("keyward/material-id/1"), Material.KeyId.ToByteArray(bigEndian: true),
            Frame.Number(Name.Number))));

    /// <summary>Set by whoever makes or reads a version in the vault: there is none without.</summary>
    internal KeyMaterial Material { get; init; } = null!;

    internal long Seq { get; init; }

    /// <summary>The state as of now: a version whose time of destruction has come is destroyed, whether or not the job
    /// that erases it has run.</summary>
    public VersionState StateAt(DateTimeOffset now) => IsDueAt(now) ? VersionState.Destroyed : State;

    /// <summary>Whether the clock says that the material goes: its destruction is due, or its time is over.</summary>
    public bool IsDueAt(DateTimeOffset now) => IsDueAt(State, DestroyTime, MaterialExpireTime, now);

    /// <summary>The same material may be brought in again once it was destroyed.</summary>
    public bool IsReimportEligible(DateTimeOffset now) =>
        Origin == VersionOrigin.Imported && StateAt(now) is VersionState.Destroyed or VersionState.ImportFailed;

    /// <summary>The same by the facts that decide it.</summary>
    internal static bool IsDueAt(VersionState state, DateTimeOffset? destroyTime, DateTimeOffset? materialExpireTime,
        DateTimeOffset now) => state switch
    {
        VersionState.DestroyScheduled => destroyTime <= now || materialExpireTime <= now,
        VersionState.Enabled or VersionState.Disabled => materialExpireTime <= now,
        _ => false,
    };

    /// <summary>What is bound to the material for life: frame(purpose, protection level, provenance, create
    /// time).</summary>
    internal static byte[] Attributes(Key key, VersionOrigin origin, DateTimeOffset createTime) => Frame.Of(
        Frame.Number((int)key.Purpose), Frame.Number((int)key.ProtectionLevel), Frame.Text(origin.Label()),
        Frame.Number(Micros.Of(createTime)));

    /// <summary>The version without its material, for ever.</summary>
    internal KeyVersion Erased(DateTimeOffset now) => this with
    {
        State = State == VersionState.ImportFailed ? State : VersionState.Destroyed,
        DestroyEventTime = State == VersionState.ImportFailed ? null : DestroyEventTime ?? now,
        Material = Material with { Sealed = Material.Sealed with { Sealed = [] } },
    };

    internal Cell[] ToCells()
    {
        var name = Name.Parent;
        return
        [
            name.Project.Value, name.Parent.Parent.Location.Value, name.Parent.Ring, name.Key, (long)Name.Number,
            (long)State, (long)Algorithm, (long)ProtectionLevel, Micros.Of(CreateTime), Micros.Of(GenerateTime),
            Micros.Of(DestroyTime), Micros.Of(DestroyEventTime), Material.Sealed.ParentId,
            Material.Sealed.Binding.Attributes, Material.Sealed.Sealed, (long)Origin, CreatedBy,
            Fingerprints.Bytes(Fingerprint), Import?.Job, (long?)Import?.Method, Micros.Of(Import?.Time), Import?.By,
            Micros.Of(DeleteTime), ImportFailure, Micros.Of(MaterialExpireTime), MaterialDescription,
            Micros.Of(RotateTime), Messages,
        ];
    }

    /// <param name="keyOf">Gives the id of the key that owns the version; an empty one where there is no such
    /// key.</param>
    internal static KeyVersion Parse(Row row, Func<KeyName, Guid> keyOf)
    {
        var cells = new RowReader(row);
        var key = cells.KeyName();
        var name = new VersionName(key, cells.Int32());
        var state = (VersionState)cells.Int32();
        var algorithm = (Algorithm)cells.Int32();
        var level = (ProtectionLevel)cells.Int32();
        var (created, generated) = (cells.Time(), cells.TimeOrNull());
        var (due, destroyed) = (cells.TimeOrNull(), cells.TimeOrNull());
        var parent = cells.Bytes();
        var attributes = cells.Bytes();
        var binding = new SealBinding(SealKind.Version, name.ToString(), name.Number,
            AlgorithmTable.Of(algorithm).SealLabel, attributes);
        var material = new KeyMaterial(keyOf(key), name.Number, algorithm,
            new SealedKey(parent, binding, cells.Bytes()));
        return new KeyVersion
        {
            Name = name,
            State = state,
            Algorithm = algorithm,
            ProtectionLevel = level,
            CreateTime = created,
            GenerateTime = generated,
            DestroyTime = due,
            DestroyEventTime = destroyed,
            Material = material,
            Origin = (VersionOrigin)cells.Int32(),
            // A few accounts make all versions: one text for each of them, not one for each version.
            CreatedBy = string.Intern(cells.Text()),
            Fingerprint = Fingerprints.Parse(cells.Bytes()),
            Import = VersionImport.Parse(ref cells),
            DeleteTime = cells.TimeOrNull(),
            ImportFailure = cells.TextOrNull(),
            MaterialExpireTime = cells.TimeOrNull(),
            MaterialDescription = cells.TextOrNull(),
            RotateTime = cells.TimeOrNull(),
            Messages = cells.Integer(),
            Seq = row.Seq,
        };
    }
}
