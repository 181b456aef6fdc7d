using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Imports;

/// <summary>Erases imported material at once: the current one, or the one that is named. Its owner may bring the same
/// again. Where there is none, nothing happens.</summary>
public sealed record DeleteMaterial(KeyName Key) : IOperation<KeyVersion?>
{
    public string? MaterialId { get; init; }

    Verb IOperation<KeyVersion?>.Verb { get; } = new("delete_material", OperationClass.AdminWrite);

    Demand IOperation<KeyVersion?>.Demand => Demand.On(Permission.CryptoKeysDeleteMaterial, Key);

    void IOperation<KeyVersion?>.Describe(RecordDraft draft)
    {
        draft.Resource = Key.ToString();
        draft.Project = Key.Project.Value;
    }

    async ValueTask<Outcome<KeyVersion?>> IOperation<KeyVersion?>.RunAsync(Passage passage)
    {
        var outcome = await passage.ChangeAsync(((IOperation<KeyVersion?>)this).Demand,
            draft => Change(draft, passage.Settings)).ConfigureAwait(false);
        if (outcome.TryGet(out var version, out _) && version is not null)
            passage.Vault.Keystore.Forget(version.Material.KeyId, version.Name.Number);
        return outcome;
    }

    private Outcome<KeyVersion?> Change(ChangeDraft draft, GateSettings settings)
    {
        if (draft.Snapshot.Find(Key) is not { } entry || entry.Key.StateAt(draft.Now) == KeyState.Deleted)
            return KeyRefusals.NotFound(Key);
        if (!entry.Key.ImportOnly) return ImportMaterial.NotImported(entry.Key);
        var version = MaterialId is { } id
            ? Array.Find(entry.Versions, v => v.MaterialIdText == id)
            : entry.Primary ?? entry.Versions.LastOrDefault();
        if (version is null)
            return MaterialId is null
                ? Outcome.Of<KeyVersion?>(null)
                : new Refusal(RefusalReason.NotFound, "The key has no such material.");
        if (AlteredRows.Refuse(draft.Snapshot, version) is { } altered) return altered;
        draft.Record.Version = version;
        if (version.State is VersionState.Destroyed or VersionState.ImportFailed) return version;
        var erased = version.Erased(draft.Now);
        draft.Put(erased);
        if (KeyRotation.IsWaiting(entry, version)) EraseAtReplicas(draft, entry.Key, version, settings);
        draft.Record.Changed("material", KeyRefusals.Label(version.State), KeyRefusals.Label(erased.State));
        return erased;
    }

    /// <summary>What a primary no longer offers for the next rotation, its replicas need not keep (AWS:
    /// DeleteImportedKeyMaterial).</summary>
    private static void EraseAtReplicas(ChangeDraft draft, Key key, KeyVersion version, GateSettings settings)
    {
        if (!KeySets.HasReplicas(draft.Snapshot, key, settings)) return;
        foreach (var replica in KeySets.Of(draft.Snapshot, key, settings).Where(k => k.IsReplica).ToList())
            if (draft.Snapshot.Find(new VersionName(replica.Name, version.Name.Number)) is
                { State: not (VersionState.Destroyed or VersionState.ImportFailed) } same)
                draft.Put(same.Erased(draft.Now));
    }
}
