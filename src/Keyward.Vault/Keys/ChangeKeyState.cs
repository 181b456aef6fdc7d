using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Switches a whole key on or off, or sets the date of its deletion, as <see cref="KeyLife"/> allows. A key
/// that is not enabled is refused by the next request, whatever its versions are.</summary>
public sealed record ChangeKeyState(KeyName Name, KeyEvent Event) : IOperation<Key>
{
    /// <summary>How long the key waits for its deletion.</summary>
    public TimeSpan Window { get; init; } = DefaultWindow;

    public static readonly TimeSpan DefaultWindow = TimeSpan.FromDays(30);

    Verb IOperation<Key>.Verb { get; } = new(Event switch
    {
        KeyEvent.Enable => "enable_key",
        KeyEvent.Disable => "disable_key",
        KeyEvent.ScheduleDeletion => "schedule_key_deletion",
        KeyEvent.CancelDeletion => "cancel_key_deletion",
        KeyEvent.Due => "delete_key",
        KeyEvent.Unspecified => throw new ArgumentOutOfRangeException(nameof(Event)),
    }, OperationClass.AdminWrite);

    Demand IOperation<Key>.Demand => Demand.On(Event switch
    {
        KeyEvent.Enable => Permission.CryptoKeysEnable,
        KeyEvent.Disable => Permission.CryptoKeysDisable,
        KeyEvent.ScheduleDeletion or KeyEvent.Due => Permission.CryptoKeysScheduleDeletion,
        KeyEvent.CancelDeletion => Permission.CryptoKeysCancelDeletion,
        KeyEvent.Unspecified => Permission.None,
    }, Name);

    IRequestAttributes IOperation<Key>.Attributes => new RequestAttributes((AttributeNames.DeletionWindowDays,
        Event == KeyEvent.ScheduleDeletion ? (long)Window.TotalDays : null));

    void IOperation<Key>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
        if (Event == KeyEvent.ScheduleDeletion) draft.Parameter("window", Window.ToString());
    }

    async ValueTask<Outcome<Key>> IOperation<Key>.RunAsync(Passage passage)
    {
        var outcome = await passage.ChangeAsync(((IOperation<Key>)this).Demand, draft => Change(draft, passage))
            .ConfigureAwait(false);
        if (outcome.TryGet(out var key, out _) && key.State != KeyState.Enabled
            && passage.Snapshot.Find(Name) is { } entry)
            foreach (var version in entry.Versions)
                passage.Vault.Keystore.Forget(version.Material.KeyId, version.Name.Number);
        return outcome;
    }

    private Outcome<Key> Change(ChangeDraft draft, Passage passage)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        var key = entry.Key;
        var isDue = Event == KeyEvent.Due;
        // Only the clock makes a deletion due, and only our own job says so.
        if (isDue && (key.DeletionTime > draft.Now || passage.Caller.Type != Caller.SystemType))
            return KeyRefusals.NotPendingDeletion(key);
        var state = isDue ? key.State : key.StateAt(draft.Now);
        if (state == KeyState.Deleted) return KeyRefusals.NotFound(Name);
        if (KeyLife.After(state, Event) is not { } next)
            return KeyRefusals.JudgeState(key, draft.Now) ?? KeyRefusals.NotPendingDeletion(key);
        if (Event is KeyEvent.Enable or KeyEvent.Disable && KeyImports.IsPending(entry, draft.Now))
            return KeyRefusals.PendingImport(key);
        if (next == key.State) return key;
        if (next == KeyState.PendingDeletion && KeySets.HasReplicas(draft.Snapshot, key, passage.Settings))
            next = KeyState.PendingReplicaDeletion;
        var changed = key with
        {
            State = next == KeyState.Deleted ? key.State : next,
            DeletionTime = next == KeyState.PendingDeletion ? draft.Now + Window
                : next == KeyState.Deleted ? key.DeletionTime : null,
            DeletionWindow = next is KeyState.PendingDeletion or KeyState.PendingReplicaDeletion ? Window : null,
        };
        if (next == KeyState.Deleted) changed = KeyDeletion.Put(draft, entry, changed, passage.Settings);
        draft.Put(changed);
        draft.Record.Changed("state", KeyRefusals.Label(key.State), KeyRefusals.Label(next));
        return changed;
    }
}
