using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Imports;

/// <summary>Whether the material must be one that the key has had, or must not.</summary>
public enum ImportKind
{
    Unspecified = 0,
    New = 1,
    Existing = 2,
}

/// <summary>Brings material to a key whose owner provides it. The first material is the key's current one at once;
/// further ones, of symmetric encryption keys only, wait for a rotation, one at a time. What the key has had comes in
/// again under its own version, with a new time to live.</summary>
public sealed record ImportMaterial(KeyName Key, ReadOnlyMemory<byte> Token, ReadOnlyMemory<byte> Wrapped)
    : IOperation<KeyVersion>
{
    public const string NotKnown = "The key material is not the one that is expected.";

    /// <summary>Null for material that stays.</summary>
    public DateTimeOffset? ExpireTime { get; init; }

    public ImportKind Kind { get; init; }

    public string? Description { get; init; }

    /// <summary>Which of the key's materials comes again.</summary>
    public string? MaterialId { get; init; }

    Verb IOperation<KeyVersion>.Verb { get; } = new("import_material", OperationClass.AdminWrite);

    Demand IOperation<KeyVersion>.Demand => Demand.On(Permission.CryptoKeysImportMaterial, Key);

    IRequestAttributes IOperation<KeyVersion>.Attributes => new RequestAttributes(
        (AttributeNames.ImportExpires, ExpireTime is not null), (AttributeNames.ImportValidTo, ExpireTime));

    void IOperation<KeyVersion>.Describe(RecordDraft draft)
    {
        draft.Resource = Key.ToString();
        draft.Project = Key.Project.Value;
    }

    internal static Refusal NotImported(Key key) =>
        new(RefusalReason.WrongOrigin, $"The material of {key.Name} is made here.", key.Name.ToString());

    async ValueTask<Outcome<KeyVersion>> IOperation<KeyVersion>.RunAsync(Passage passage)
    {
        if (Judge(passage.Snapshot, passage.Now) is { } refusal) return refusal;
        if (ImportToken.Parse(passage.Vault, Key, Token.Span) is not { } token)
            return new Refusal(RefusalReason.InvalidImportToken, "The import token is not one for this key.",
                Key.ToString());
        if (token.Expires <= passage.Now)
            return new Refusal(RefusalReason.ExpiredImportToken, "The import token has expired.", Key.ToString());
        if (ImportMethods.JudgeLength(token.Method, Wrapped.Length) is not null) return NotOpened;
        if (!await SlowLane.EnterAsync().ConfigureAwait(false)) return SlowLane.Full;
        Imported imported;
        try
        {
            imported = passage.Vault.Keystore.ImportWrapped(token.WrappingKey, token.Method,
                passage.Snapshot.Find(Key)!.Key.Algorithm, Wrapped.Span);
        }
        finally
        {
            SlowLane.Leave();
            passage.Vault.Keystore.Forget(token.WrappingKey.KeyId, 1);
        }

        if (!imported.IsOpened) return NotOpened;
        if (!imported.TryGet(out var material, out var whyNot))
            return new Refusal(RefusalReason.MaterialRefused, whyNot, Key.ToString());
        using (material)
            return await passage.ChangeAsync(((IOperation<KeyVersion>)this).Demand,
                draft => Change(draft, passage, token.Method, material)).ConfigureAwait(false);
    }

    private Refusal NotOpened => new(
        RefusalReason.InvalidCiphertext, "The key material does not unwrap.", Key.ToString());

    private Refusal? Judge(Snapshot snapshot, DateTimeOffset now)
    {
        if (snapshot.Find(Key) is not { } entry) return KeyRefusals.NotFound(Key);
        if (!entry.Key.ImportOnly) return NotImported(entry.Key);
        if (KeyRefusals.JudgeState(entry.Key, now) is { } resting) return resting;
        if (ExpireTime <= now) return KeyRules.Invalid("The time at which the material expires has passed.");
        if (entry.Key.Purpose != Purpose.EncryptDecrypt
            && (Kind != ImportKind.Unspecified || Description is not null || MaterialId is not null))
            return KeyRules.Invalid("Only a symmetric encryption key has more than one material.");
        return Kind == ImportKind.New && MaterialId is not null
            ? KeyRules.Invalid("New material has no id yet.")
            : null;
    }

    private Outcome<KeyVersion> Change(
        ChangeDraft draft, Passage passage, ImportMethod method, IFreshMaterial material)
    {
        if (Judge(draft.Snapshot, draft.Now) is { } refusal) return refusal;
        var entry = draft.Snapshot.Find(Key)!;
        var known = ExpectedOf(draft.Snapshot, entry.Key).FirstOrDefault(v =>
            v.Fingerprint == draft.Keystore.Fingerprint(material, v.FullName));
        var isNew = !entry.Key.IsReplica
            && (Kind == ImportKind.New || (Kind == ImportKind.Unspecified && KeyImports.IsBare(entry)));
        if (isNew == known is not null || (MaterialId is { } id && known?.MaterialIdText != id))
            return new Refusal(RefusalReason.MaterialRefused, NotKnown, Key.ToString());
        if (isNew && JudgeNew(entry, draft.Now) is { } waiting) return waiting;
        var number = known?.Name.Number ?? entry.Key.NextVersion;
        var old = entry.Find(number);
        var version = ImportedVersions.Held(draft, entry.Key,
            old ?? ImportedVersions.Blank(draft, entry.Key, entry.Key.Algorithm, number), material) with
        {
            Import = new VersionImport("", method, draft.Now, draft.By),
            MaterialExpireTime = ExpireTime,
            MaterialDescription = Description ?? old?.MaterialDescription,
        };
        if (old?.StateAt(draft.Now) == VersionState.Disabled) version = version with { State = VersionState.Disabled };
        draft.Put(entry.Key with
        {
            NextVersion = Math.Max(entry.Key.NextVersion, number + 1),
            PrimaryVersion = PrimaryOf(draft.Snapshot, entry.Key, number),
        });
        draft.Put(version);
        draft.Record.Version = version;
        draft.Record.Changed("material", old is null ? null : KeyRefusals.Label(old.StateAt(draft.Now)),
            KeyRefusals.Label(version.State));
        return version;
    }

    /// <summary>What may come again: what the key has had; at a replica, what its primary has had.</summary>
    private static IEnumerable<KeyVersion> ExpectedOf(Snapshot snapshot, Key key) =>
        (snapshot.Find(key.IsReplica ? KeySets.In(key.Name, key.PrimaryLocation!) : key.Name)?.Versions ?? [])
            .Where(v => v.HasHeldMaterial);

    private static int? PrimaryOf(Snapshot snapshot, Key key, int number)
    {
        if (!key.IsReplica) return key.PrimaryVersion ?? number;
        var primary = snapshot.Find(KeySets.In(key.Name, key.PrimaryLocation!));
        return primary?.Key.PrimaryVersion == number ? number : key.PrimaryVersion;
    }

    private static Refusal? JudgeNew(KeyEntry entry, DateTimeOffset now)
    {
        if (entry.Key.Purpose != Purpose.EncryptDecrypt && !KeyImports.IsBare(entry))
            return new Refusal(RefusalReason.MaterialRefused, NotKnown, entry.Key.Name.ToString());
        if (KeyImports.Next(entry, now) is not { } next) return NewVersions.JudgeCount(entry.Key);
        var coming = next with { Name = new VersionName(entry.Key.Name, entry.Key.NextVersion) };
        return KeyRefusals.Precondition(entry.Key.Name, $"New key material (id: {coming.MaterialIdText}) cannot be " +
            $"imported into KMS key {entry.Key.IdText}, because another key material (id: {next.MaterialIdText}) is " +
            "pending rotation.");
    }
}
