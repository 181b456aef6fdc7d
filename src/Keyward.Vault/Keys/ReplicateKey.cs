using System.Collections.Immutable;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Imports;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.Documents;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Puts a replica of a multi-region primary into another location: the same id, name and material, a state,
/// description, tags, aliases and policy of its own.</summary>
public sealed record ReplicateKey(KeyName Name, LocationId Location) : IOperation<KeyDescription>
{
    public string Description { get; init; } = "";

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>The key's own policy document; null for none of its own.</summary>
    public string? Policy { get; init; }

    public bool BypassesLockoutCheck { get; init; }

    Verb IOperation<KeyDescription>.Verb { get; } = new("replicate_key", OperationClass.AdminWrite);

    Demand IOperation<KeyDescription>.Demand => Demand.On(Permission.CryptoKeysReplicate, Name);

    IRequestAttributes IOperation<KeyDescription>.Attributes => new RequestAttributes(
        (AttributeNames.ReplicaLocation, Location.Value), (AttributeNames.Tags, RequestAttributes.Map(Tags)),
        (AttributeNames.BypassesLockoutCheck, BypassesLockoutCheck));

    void IOperation<KeyDescription>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
        draft.Parameter("location", Location.Value);
    }

    ValueTask<Outcome<KeyDescription>> IOperation<KeyDescription>.RunAsync(Passage passage)
    {
        if (!passage.Settings.Locations.Contains(Location.Value))
            return new(KeyRefusals.BadLocation(new LocationName(Name.Project, Location)));
        return KeyTags.JudgeNew(Tags) is { } refusal
            ? new(refusal)
            : passage.ChangeAsync(((IOperation<KeyDescription>)this).Demand, draft => Change(draft, passage));
    }

    private Outcome<KeyDescription> Change(ChangeDraft draft, Passage passage)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        var primary = entry.Key;
        if (KeySets.JudgePrimary(primary) is { } notPrimary) return notPrimary;
        if (KeyRefusals.JudgeUse(primary, draft.Now) is { } resting) return resting;
        if (KeyImports.IsPending(entry, draft.Now))
            return KeyRefusals.PendingImport(primary);
        var target = KeySets.In(Name, Location.Value);
        if (Tags.Count > 0 && passage.Refuse(draft.Snapshot, Demand.On(Permission.CryptoKeysTag, target.Parent))
            is { } untagged) return untagged;
        if (passage.Refuse(draft.Snapshot, Demand.On(Permission.CryptoKeysCreate, target.Parent)) is { } denied)
            return denied;
        if (draft.Snapshot.Find(target.Parent) is not { } ring) draft.Put(new KeyRing(target.Parent, draft.Now));
        else if (ring.Keys.Find(target.Key) is not null || ring.Retired.Find(target.Key) is not null)
            return KeyRefusals.AlreadyExists(target);
        var replica = primary with
        {
            Name = target, CreateTime = draft.Now, Description = Description, Policy = PolicyState.None,
            Labels = Key.NoLabels,
            PrimaryVersion = primary.ImportOnly ? null : primary.PrimaryVersion,
            Tags = Tags.ToImmutableSortedDictionary(StringComparer.Ordinal), Seq = 0,
        };
        draft.Put(replica);
        if (primary.ImportOnly) Await(draft, replica, entry);
        else
            foreach (var version in entry.Versions) Copy(draft, replica, version);
        if (Policy is { } document && !PuttingDocument.Put(draft, passage, target, document, BypassesLockoutCheck)
            .TryGet(out _, out var badPolicy)) return badPolicy;
        draft.Record.Changed("replica", null, target.ToString());
        return KeyDescription.Of(draft.Snapshot, draft.Snapshot.Find(target)!, passage.Settings, draft.Now);
    }

    /// <summary>What the owner has to bring to the replica: every material that is or was the current one.</summary>
    private static void Await(ChangeDraft draft, Key replica, KeyEntry primary)
    {
        foreach (var version in KeyRotation.All(primary, draft.Now))
        {
            if (KeyRotation.IsWaiting(primary, version)) continue;
            draft.Put(ImportedVersions.Blank(draft, replica, version.Algorithm, version.Name.Number) with
            {
                RotateTime = version.RotateTime,
            });
        }
    }

    private static void Copy(ChangeDraft draft, Key replica, KeyVersion version)
    {
        if (version.State == VersionState.Destroyed) return;
        using var material = draft.Keystore.Copy(version.Material);
        NewVersions.Put(draft, replica with { NextVersion = version.Name.Number }, material);
        draft.Put(draft.Snapshot.Find(new VersionName(replica.Name, version.Name.Number))! with
        {
            State = version.State, DestroyTime = version.DestroyTime, CreatedBy = version.CreatedBy,
        });
    }
}
