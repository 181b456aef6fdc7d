using System.Globalization;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Makes a version the one that new data is encrypted under. It may be one that is not enabled (Cloud KMS,
/// "Key
/// states"): encryption then fails until it is.</summary>
public sealed record SetPrimaryVersion(VersionName Name) : IOperation<KeyView>
{
    Verb IOperation<KeyView>.Verb { get; } = new("set_primary_version", OperationClass.AdminWrite);

    Demand IOperation<KeyView>.Demand => Demand.On(Permission.CryptoKeysUpdate, Name.Parent);

    void IOperation<KeyView>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.Parent.ToString();
        draft.Project = Name.Parent.Project.Value;
    }

    ValueTask<Outcome<KeyView>> IOperation<KeyView>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<KeyView>)this).Demand, Change);

    private Outcome<KeyView> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Name.Parent) is not { } entry) return KeyRefusals.NotFound(Name.Parent);
        if (entry.Key.Purpose != Purpose.EncryptDecrypt)
            return new Refusal(RefusalReason.WrongPurpose, "Only an encryption key has a primary version.",
                Name.Parent.ToString());
        if (entry.Find(Name.Number) is not { } version) return KeyRefusals.NotFound(Name);
        if (AlteredRows.Refuse(draft.Snapshot, version) is { } altered) return altered;
        if (version.StateAt(draft.Now) is var state && state is VersionState.Destroyed or VersionState.ImportFailed
            or VersionState.PendingGeneration)
            return KeyRefusals.NotAllowed(Name, state);
        draft.Record.Version = version;
        if (entry.Key.PrimaryVersion == Name.Number) return KeyView.Of(entry);
        var key = entry.Key with { PrimaryVersion = Name.Number };
        draft.Put(key);
        if (key.ImportOnly && version.RotateTime is null) draft.Put(version with { RotateTime = draft.Now });
        draft.Record.Changed("primary", entry.Key.PrimaryVersion?.ToString(CultureInfo.InvariantCulture),
            Name.Number.ToString(CultureInfo.InvariantCulture));
        return new KeyView(key, version);
    }
}
