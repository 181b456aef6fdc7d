using System.Globalization;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Rotates a key because somebody asks for it: a new version, made primary. The schedule stays as it
/// is.</summary>
public sealed record RotateKey(KeyName Name) : IOperation<Key>
{
    /// <summary>AWS KMS, "RotateKeyOnDemand": so many a key.</summary>
    public const int MaximumOnDemand = 25;

    Verb IOperation<Key>.Verb { get; } = new("rotate_key", OperationClass.AdminWrite);

    Demand IOperation<Key>.Demand => Demand.On(Permission.CryptoKeysRotate, Name);

    void IOperation<Key>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    async ValueTask<Outcome<Key>> IOperation<Key>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        if (entry.Key is { ImportOnly: true, Purpose: Purpose.EncryptDecrypt })
            return await passage.ChangeAsync(((IOperation<Key>)this).Demand,
                draft => TakeNext(draft, passage.Settings)).ConfigureAwait(false);
        if (Judge(entry, passage.Now) is { } refusal) return refusal;
        if (!(await NewVersions.MakeAsync(passage, entry.Key.Algorithm).ConfigureAwait(false))
            .TryGet(out var material, out var waiting)) return waiting;
        using (material)
            return await passage.ChangeAsync(((IOperation<Key>)this).Demand,
                draft => Change(draft, passage.Settings, material)).ConfigureAwait(false);
    }

    private Refusal? Judge(KeyEntry entry, DateTimeOffset now)
    {
        if (KeyRotation.Judge(entry, now) is { } refusal) return refusal;
        if (KeyRefusals.JudgeUse(entry.Key, now) is { } resting) return resting;
        return KeyRotation.CountOnDemand(entry, now) < MaximumOnDemand
            ? NewVersions.Judge(entry.Key)
            : Spent;
    }

    private Refusal Spent => new(RefusalReason.QuotaExceeded,
        $"The key was rotated on demand {MaximumOnDemand} times, which is the most.", Name.ToString());

    private Outcome<Key> Change(ChangeDraft draft, GateSettings settings, IFreshMaterial material)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        if (Judge(entry, draft.Now) is { } refusal) return refusal;
        if (Quotas.Counts.JudgeVersion(draft.Snapshot, entry.Key) is { } full) return full;
        var old = entry.Key;
        var key = old with { PrimaryVersion = old.NextVersion, NextVersion = old.NextVersion + 1 };
        draft.Put(key);
        NewVersions.Put(draft, old, material);
        KeySets.Follow(draft, key, material, settings);
        draft.Record.Changed("primary", old.PrimaryVersion?.ToString(CultureInfo.InvariantCulture),
            old.NextVersion.ToString(CultureInfo.InvariantCulture));
        return key;
    }

    /// <summary>The material that the owner has brought for this becomes the current one; in a set, when each replica
    /// has it.</summary>
    private Outcome<Key> TakeNext(ChangeDraft draft, GateSettings settings)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        if (KeyRefusals.JudgeUse(entry.Key, draft.Now) is { } resting) return resting;
        if (entry.Key.IsReplica) return KeySets.JudgePrimary(entry.Key)!;
        if (KeyImports.IsPending(entry, draft.Now)) return KeyRefusals.PendingImport(entry.Key);
        var replicas = KeySets.Of(draft.Snapshot, entry.Key, settings).Where(k => k.Name != Name).ToList();
        if (KeyImports.Next(entry, draft.Now) is not { } next || replicas.Exists(r =>
            draft.Snapshot.Find(new VersionName(r.Name, next.Name.Number))?.StateAt(draft.Now) != VersionState.Enabled))
            return KeyRefusals.Precondition(Name, $"No available key material pending rotation for {Name}.");
        if (KeyRotation.CountOnDemand(entry, draft.Now) >= MaximumOnDemand) return Spent;
        foreach (var key in replicas.Append(entry.Key))
        {
            draft.Put(key with { PrimaryVersion = next.Name.Number });
            var version = draft.Snapshot.Find(new VersionName(key.Name, next.Name.Number))!;
            draft.Put(version with { RotateTime = draft.Now });
        }

        draft.Record.Changed("primary", entry.Key.PrimaryVersion?.ToString(CultureInfo.InvariantCulture),
            next.Name.Number.ToString(CultureInfo.InvariantCulture));
        return draft.Snapshot.Find(Name)!.Key;
    }
}
