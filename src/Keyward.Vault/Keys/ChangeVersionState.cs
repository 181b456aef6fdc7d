using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Enables, disables, schedules for destruction or restores a version, as <see cref="VersionLife"/> allows. A
/// version that is no longer enabled is refused by the next request.</summary>
public sealed record ChangeVersionState(VersionName Name, VersionEvent Event) : IOperation<KeyVersion>
{
    Verb IOperation<KeyVersion>.Verb { get; } = new(Event switch
    {
        VersionEvent.Enable => "enable_version",
        VersionEvent.Disable => "disable_version",
        VersionEvent.Destroy => "destroy_version",
        VersionEvent.Restore => "restore_version",
        VersionEvent.Due => "erase_version",
        VersionEvent.Unspecified or VersionEvent.Delete or VersionEvent.Reimport or VersionEvent.Generated =>
            throw new ArgumentOutOfRangeException(nameof(Event)),
    }, OperationClass.AdminWrite);

    Demand IOperation<KeyVersion>.Demand => Demand.On(Event switch
    {
        VersionEvent.Enable or VersionEvent.Disable => Permission.VersionsUpdate,
        VersionEvent.Destroy or VersionEvent.Due => Permission.VersionsDestroy,
        VersionEvent.Restore => Permission.VersionsRestore,
        VersionEvent.Unspecified or VersionEvent.Delete or VersionEvent.Reimport or VersionEvent.Generated =>
            Permission.None,
    }, Name);

    void IOperation<KeyVersion>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Parent.Project.Value;
    }

    async ValueTask<Outcome<KeyVersion>> IOperation<KeyVersion>.RunAsync(Passage passage)
    {
        var outcome = await passage.ChangeAsync(((IOperation<KeyVersion>)this).Demand, draft => Change(draft, passage))
            .ConfigureAwait(false);
        if (outcome.TryGet(out var version, out _) && version.State != VersionState.Enabled)
            passage.Vault.Keystore.Forget(version.Material.KeyId, version.Name.Number);
        return outcome;
    }

    private Outcome<KeyVersion> Change(ChangeDraft draft, Passage passage)
    {
        if (draft.Snapshot.Find(Name.Parent) is not { } entry || entry.Find(Name.Number) is not { } version)
            return KeyRefusals.NotFound(Name);
        draft.Record.Version = version;
        if (AlteredRows.Refuse(draft.Snapshot, version) is { } altered) return altered;
        var isDue = Event == VersionEvent.Due;
        // Only the clock makes a destruction due, and only our own job says so.
        if (isDue && (!version.IsDueAt(draft.Now) || passage.Caller.Type != Caller.SystemType))
            return KeyRefusals.NotAllowed(Name, version.State);
        var state = isDue ? VersionState.DestroyScheduled : version.StateAt(draft.Now);
        if (VersionLife.After(state, Event) is not { } next) return KeyRefusals.NotAllowed(Name, state);
        if (next == version.State) return version;
        var changed = Changed(version, next, entry.Key, draft.Now);
        draft.Put(changed);
        draft.Record.Changed("state", KeyRefusals.Label(version.State), KeyRefusals.Label(next));
        draft.Record.Version = changed;
        return changed;
    }

    private static KeyVersion Changed(KeyVersion version, VersionState next, Key key, DateTimeOffset now) => next switch
    {
        VersionState.Enabled or VersionState.Disabled => version with { State = next, DestroyTime = null },
        VersionState.DestroyScheduled => version with
        {
            State = next, DestroyTime = now + key.DestroyScheduledDuration,
        },
        VersionState.Destroyed => version.Erased(now),
        VersionState.ImportFailed or VersionState.PendingGeneration or VersionState.Unspecified =>
            throw new ArgumentOutOfRangeException(nameof(next)),
    };
}
