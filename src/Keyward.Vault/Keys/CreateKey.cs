using System.Collections.Immutable;
using System.Security.Cryptography;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Makes a key and, unless told otherwise, its first version, which becomes primary where the purpose
/// has one. A version whose material takes long is pending until the server has made it
/// (<see cref="GenerateVersion"/>).</summary>
public sealed record CreateKey(KeyName Name, Purpose Purpose, Algorithm Algorithm) : IOperation<KeyView>
{
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = Key.NoLabels;

    public TimeSpan? RotationPeriod { get; init; }

    public DateTimeOffset? NextRotationTime { get; init; }

    /// <summary>Null for the default of 30 days.</summary>
    public TimeSpan? DestroyScheduledDuration { get; init; }

    public bool ImportOnly { get; init; }

    public bool SkipInitialVersion { get; init; }

    Verb IOperation<KeyView>.Verb { get; } = new("create_key", OperationClass.AdminWrite);

    Demand IOperation<KeyView>.Demand => Demand.On(Permission.CryptoKeysCreate, Name.Parent);

    IRequestAttributes IOperation<KeyView>.Attributes => new RequestAttributes(
        (AttributeNames.Algorithm, Algorithm), (AttributeNames.Imported, ImportOnly),
        (AttributeNames.MultiRegion, false),
        (AttributeNames.Tags, Labels.IsEmpty ? null : Labels));

    void IOperation<KeyView>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
        draft.Parameter("purpose", Purpose.ToString());
        draft.Parameter("algorithm", Algorithm.ToString());
    }

    async ValueTask<Outcome<KeyView>> IOperation<KeyView>.RunAsync(Passage passage)
    {
        if (Judge(passage.Now) is { } refusal) return refusal;
        if (Expertise.Judge(passage, Algorithm, Name.Parent) is { } inexpert) return inexpert;
        var demand = ((IOperation<KeyView>)this).Demand;
        if (SkipInitialVersion)
            return await passage.ChangeAsync(demand, draft => Change(draft, null)).ConfigureAwait(false);
        // Looked up once before material is made for nothing; the change decides.
        if (passage.Snapshot.Find(Name.Parent) is null) return KeyRefusals.NotFound(Name.Parent);
        if (passage.Snapshot.Find(Name) is not null) return KeyRefusals.AlreadyExists(Name);
        using (var material = await NewVersions.TryMakeAsync(passage, Algorithm).ConfigureAwait(false))
            return await passage.ChangeAsync(demand, draft => Change(draft, material)).ConfigureAwait(false);
    }

    private Refusal? Judge(DateTimeOffset now)
    {
        if (!ResourceId.IsValid(Name.Key)) return KeyRefusals.BadId;
        if (Purpose == Purpose.Unspecified) return KeyRules.Invalid("A key needs a purpose.");
        if (Algorithm == Algorithm.Unspecified)
            return KeyRules.Invalid("A key of this purpose needs an algorithm: version_template.algorithm.");
        if (AlgorithmTable.Of(Algorithm).Purpose != Purpose)
            return KeyRules.Invalid("The algorithm does not fit the key's purpose.");
        if (ImportOnly && !SkipInitialVersion)
            return KeyRules.Invalid("An import-only key is created without an initial version.");
        if (DestroyScheduledDuration is { } duration
            && KeyRules.JudgeDestroyDuration(duration, ImportOnly) is { } badDuration) return badDuration;
        return KeyRules.JudgeLabels(Labels)
            ?? KeyRules.JudgeRotates(Purpose, ImportOnly, RotationPeriod, NextRotationTime)
            ?? KeyRules.JudgeRotation(RotationPeriod, NextRotationTime, nextIsNew: true, now);
    }

    private Outcome<KeyView> Change(ChangeDraft draft, IFreshMaterial? material)
    {
        if (draft.Snapshot.Find(Name.Parent) is not { } ring) return KeyRefusals.NotFound(Name.Parent);
        if (ring.Keys.Find(Name.Key) is not null || ring.Retired.Find(Name.Key) is not null)
            return KeyRefusals.AlreadyExists(Name);
        if (Quotas.Counts.JudgeKey(draft.Snapshot, Name.Project) is { } full) return full;
        var key = new Key
        {
            Name = Name,
            Id = new Guid(RandomNumberGenerator.GetBytes(16)),
            Purpose = Purpose,
            Algorithm = Algorithm,
            ProtectionLevel = ProtectionLevel.Software,
            CreateTime = draft.Now,
            RotationPeriod = RotationPeriod,
            NextRotationTime = NextRotationTime is { } next ? Micros.Trim(next) : null,
            DestroyScheduledDuration = DestroyScheduledDuration ?? KeyRules.DefaultDestroyScheduledDuration,
            ImportOnly = ImportOnly,
            Labels = Labels,
        };
        if (SkipInitialVersion)
        {
            draft.Put(key);
            return new KeyView(key, null);
        }

        var hasPrimary = AlgorithmTable.HasPrimary(Purpose);
        var withVersion = key with { PrimaryVersion = hasPrimary ? 1 : null, NextVersion = 2 };
        draft.Put(withVersion);
        var version = material is null
            ? NewVersions.PutPending(draft, key)
            : NewVersions.Put(draft, key, material);
        return new KeyView(withVersion, hasPrimary ? version : null);
    }
}
