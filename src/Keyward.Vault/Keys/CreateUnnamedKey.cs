using System.Collections.Immutable;
using System.Security.Cryptography;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.Documents;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Makes a key that is named by its own id, for doors whose callers choose no names. It lies in the ring that
/// the door names, which is made with the first such key.</summary>
public sealed record CreateUnnamedKey(KeyRingName Ring, Purpose Purpose, Algorithm Algorithm)
    : IOperation<KeyDescription>
{
    public string Description { get; init; } = "";

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>The material is brought by the owner; the key is made without.</summary>
    public bool ImportOnly { get; init; }

    public bool IsMultiRegion { get; init; }

    /// <summary>The key's own policy document; null for none of its own.</summary>
    public string? Policy { get; init; }

    public bool BypassesLockoutCheck { get; init; }

    Verb IOperation<KeyDescription>.Verb { get; } = new("create_key", OperationClass.AdminWrite);

    Demand IOperation<KeyDescription>.Demand => Demand.On(Permission.CryptoKeysCreate, Ring);

    IRequestAttributes IOperation<KeyDescription>.Attributes => new RequestAttributes(
        (AttributeNames.Algorithm, Algorithm), (AttributeNames.Imported, ImportOnly),
        (AttributeNames.MultiRegion, IsMultiRegion), (AttributeNames.MultiRegionRole, IsMultiRegion ? "PRIMARY" : null),
        (AttributeNames.Tags, RequestAttributes.Map(Tags)),
        (AttributeNames.BypassesLockoutCheck, BypassesLockoutCheck));

    void IOperation<KeyDescription>.Describe(RecordDraft draft)
    {
        draft.Resource = Ring + "/cryptoKeys";
        draft.Project = Ring.Project.Value;
        draft.Parameter("purpose", Purpose.ToString());
        draft.Parameter("algorithm", Algorithm.ToString());
    }

    async ValueTask<Outcome<KeyDescription>> IOperation<KeyDescription>.RunAsync(Passage passage)
    {
        if (!passage.Settings.Locations.Contains(Ring.Parent.Location.Value))
            return KeyRefusals.BadLocation(Ring.Parent);
        if (Algorithm == Algorithm.Unspecified || AlgorithmTable.Of(Algorithm).Purpose != Purpose)
            return KeyRules.Invalid("The algorithm does not fit the key's purpose.");
        if (KeyTags.JudgeNew(Tags) is { } refusal) return refusal;
        if (Tags.Count > 0 && passage.Refuse(Demand.On(Permission.CryptoKeysTag, Ring)) is { } denied) return denied;
        var demand = ((IOperation<KeyDescription>)this).Demand;
        if (ImportOnly) return await passage.ChangeAsync(demand, d => Change(d, passage, null)).ConfigureAwait(false);
        if (!(await NewVersions.MakeAsync(passage, Algorithm).ConfigureAwait(false))
            .TryGet(out var material, out var waiting)) return waiting;
        using (material)
            return await passage.ChangeAsync(demand, d => Change(d, passage, material)).ConfigureAwait(false);
    }

    private Outcome<KeyDescription> Change(ChangeDraft draft, Passage passage, IFreshMaterial? material)
    {
        if (draft.Snapshot.Find(Ring.Project) is null) return KeyRefusals.NotFound(Ring.Project.FullName);
        if (Tags.Count > 0 && passage.Refuse(draft.Snapshot, Demand.On(Permission.CryptoKeysTag, Ring)) is { } denied)
            return denied;
        if (Quotas.Counts.JudgeKey(draft.Snapshot, Ring.Project) is { } full) return full;
        if (draft.Snapshot.Find(Ring) is null) draft.Put(new KeyRing(Ring, draft.Now));
        var id = NewId();
        var key = new Key
        {
            Name = new KeyName(Ring, IsMultiRegion ? KeyIdText.OfSet(id) : KeyIdText.Of(id)),
            Id = id,
            Purpose = Purpose,
            Algorithm = Algorithm,
            ProtectionLevel = ProtectionLevel.Software,
            CreateTime = draft.Now,
            DestroyScheduledDuration = KeyRules.DefaultDestroyScheduledDuration,
            ImportOnly = ImportOnly,
            Description = Description,
            Tags = Tags.ToImmutableSortedDictionary(StringComparer.Ordinal),
            PrimaryLocation = IsMultiRegion ? Ring.Parent.Location.Value : null,
        };
        if (material is not null)
        {
            draft.Put(key with { PrimaryVersion = 1, NextVersion = 2 });
            NewVersions.Put(draft, key, material);
        }
        else draft.Put(key);

        if (Policy is { } document && !PuttingDocument.Put(draft, passage, key.Name, document, BypassesLockoutCheck)
            .TryGet(out _, out var badPolicy)) return badPolicy;
        draft.Record.Resource = key.Name.ToString();
        return KeyDescription.Of(draft.Snapshot, draft.Snapshot.Find(key.Name)!, passage.Settings, draft.Now);
    }

    /// <summary>A random UUID, version 4 of RFC 9562 §5.4, as other software expects one.</summary>
    private static Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
