using Keyward.Vault.Algorithms;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Imports;

/// <summary>A job's place in its life; it follows from its times, so it is nowhere stored.</summary>
public enum ImportJobState
{
    Unspecified = 0,
    PendingGeneration = 1,
    Active = 2,

    /// <summary>Final: the private half of the wrapping key is gone, or goes with the next run of the job that erases.
    /// </summary>
    Expired = 3,
}

/// <summary>A wrapping key of three days under which material is brought in. Its private half never leaves the
/// keystore, and is erased when the job expires.</summary>
public sealed record ImportJob : INamed
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(3);

    public required ImportJobName Name { get; init; }

    /// <summary>By this the keystore knows the opened wrapping key.</summary>
    public required Guid Id { get; init; }

    public required ImportMethod Method { get; init; }

    public bool IsRsa => !ImportMethods.IsHpke(Method);

    public required ProtectionLevel ProtectionLevel { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset? GenerateTime { get; init; }

    public required DateTimeOffset ExpireTime { get; init; }

    /// <summary>When the private half was erased.</summary>
    public DateTimeOffset? ExpireEventTime { get; init; }

    /// <summary>SubjectPublicKeyInfo of an RSA key, the raw encapsulation key else; null until it was made.</summary>
    public byte[]? PublicKey { get; init; }

    /// <summary>The private half, sealed; null before it was made and after it was erased.</summary>
    internal SealedKey? PrivateKey { get; init; }

    internal PolicyState Policy { get; init; } = PolicyState.None;

    internal long Seq { get; init; }

    string INamed.TableName => Name.Job;

    public ImportJobState StateAt(DateTimeOffset now) =>
        ExpireTime <= now ? ImportJobState.Expired
        : PublicKey is null ? ImportJobState.PendingGeneration
        : ImportJobState.Active;

    /// <summary>The wrapping key as the keystore takes it; null while there is none.</summary>
    internal KeyMaterial? WrappingKey =>
        PrivateKey is { } sealedKey ? new KeyMaterial(Id, 1, ImportMethods.PairOf(Method), sealedKey) : null;

    internal ImportJob WithKey(ChangeDraft draft, IFreshMaterial material)
    {
        var projectKey = draft.Snapshot.Find(Name.Project)!.Project.ProjectKeyId;
        var withKey = this with
        {
            GenerateTime = draft.Now,
            PrivateKey = draft.Keystore.Seal(material, projectKey, BindingOf(Name, Method, CreateTime)),
        };
        var publicKey = ImportMethods.IsHpke(Method)
            ? draft.Keystore.RawPublicKey(withKey.WrappingKey!)
            : draft.Keystore.PublicKey(withKey.WrappingKey!);
        return withKey with { PublicKey = publicKey.ToArray() };
    }

    internal static string Label(ImportJobState state) => state switch
    {
        ImportJobState.PendingGeneration => "PENDING_GENERATION",
        ImportJobState.Active => "ACTIVE",
        ImportJobState.Expired => "EXPIRED",
        ImportJobState.Unspecified => "UNSPECIFIED",
    };

    internal static SealBinding BindingOf(ImportJobName name, ImportMethod method, DateTimeOffset createTime) => new(
        SealKind.ImportJob, name.ToString(), 1, method.ToString(), Frame.Of(Frame.Number(Micros.Of(createTime))));

    internal Cell[] ToCells() =>
    [
        Name.Project.Value, Name.Parent.Parent.Location.Value, Name.Parent.Ring, Name.Job,
        Id.ToByteArray(bigEndian: true), (long)Method,
        (long)ProtectionLevel, Micros.Of(CreateTime), CreatedBy, Micros.Of(GenerateTime), Micros.Of(ExpireTime),
        Micros.Of(ExpireEventTime), PublicKey, PrivateKey?.ParentId,
        PrivateKey?.Sealed ?? (ExpireEventTime is null ? null : Array.Empty<byte>()), Policy.Text, Policy.Revision,
    ];

    internal static ImportJob Parse(Row row)
    {
        var cells = new RowReader(row);
        var name = new ImportJobName(cells.RingName(), cells.Text());
        var id = new Guid(cells.Bytes(), bigEndian: true);
        var method = (ImportMethod)cells.Int32();
        var level = (ProtectionLevel)cells.Int32();
        var created = cells.Time();
        var (by, generated, expires, expired) =
            (cells.Text(), cells.TimeOrNull(), cells.Time(), cells.TimeOrNull());
        var publicKey = cells.BytesOrNull();
        var (parent, secret) = (cells.BytesOrNull(), cells.BytesOrNull());
        return new ImportJob
        {
            Name = name,
            Id = id,
            Method = method,
            ProtectionLevel = level,
            CreateTime = created,
            CreatedBy = by,
            GenerateTime = generated,
            ExpireTime = expires,
            ExpireEventTime = expired,
            PublicKey = publicKey,
            PrivateKey = parent is null || secret is null or []
                ? null
                : new SealedKey(parent, BindingOf(name, method, created), secret),
            Policy = cells.Policy(),
            Seq = row.Seq,
        };
    }
}
