using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Rotates a key whose time has come: a new version, made primary, and the next time set. Periods that were
/// missed while the server was away are made up for by one rotation, not by one each. Only the clock makes a rotation
/// due, and only our own job says so.</summary>
public sealed record RotateDueKey(KeyName Name) : IOperation<KeyView>
{
    Verb IOperation<KeyView>.Verb { get; } = new("rotate_key", OperationClass.AdminWrite);

    Demand IOperation<KeyView>.Demand => Demand.On(Permission.CryptoKeysUpdate, Name);

    void IOperation<KeyView>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    async ValueTask<Outcome<KeyView>> IOperation<KeyView>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        if (Judge(entry.Key, passage.Caller, passage.Now) is { } refusal) return refusal;
        if (!(await NewVersions.MakeAsync(passage, entry.Key.Algorithm).ConfigureAwait(false))
            .TryGet(out var material, out var waiting)) return waiting;
        using (material)
            return await passage.ChangeAsync(((IOperation<KeyView>)this).Demand,
                draft => Change(draft, passage, material)).ConfigureAwait(false);
    }

    private Refusal? Judge(Key key, Caller caller, DateTimeOffset now) =>
        caller.Type != Caller.SystemType || key.NextRotationTime is not { } due || due > now
            ? KeyRefusals.Precondition(Name, $"{Name} is not due to rotate.")
            : NewVersions.Judge(key);

    private Outcome<KeyView> Change(ChangeDraft draft, Passage passage, IFreshMaterial material)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        var old = entry.Key;
        if (Judge(old, passage.Caller, draft.Now) is { } refusal) return refusal;
        if (KeyRefusals.JudgeUse(old, draft.Now) is { } resting) return resting;
        if (material.Algorithm != old.Algorithm)
            return KeyRefusals.Precondition(Name, $"{Name} got another algorithm just now; it is rotated next time.");
        var due = old.NextRotationTime!.Value;
        var next = NextAfter(due, old.RotationPeriod, draft.Now);
        var key = old with
        {
            PrimaryVersion = old.NextVersion, NextVersion = old.NextVersion + 1, NextRotationTime = next,
        };
        draft.Put(key);
        var version = NewVersions.Put(draft, old, material);
        KeySets.Follow(draft, key, material, passage.Settings);
        draft.Record.Changed("primary", old.PrimaryVersion?.ToString(CultureInfo.InvariantCulture),
            old.NextVersion.ToString(CultureInfo.InvariantCulture));
        draft.Record.Changed("next_rotation_time", due.ToString("O"), next?.ToString("O"));
        return new KeyView(key, version);
    }

    /// <summary>The first time of the schedule that is still to come; none where the rotation was a single
    /// one.</summary>
    internal static DateTimeOffset? NextAfter(DateTimeOffset due, TimeSpan? period, DateTimeOffset now) =>
        period is { } every ? due + (every * (((now - due).Ticks / every.Ticks) + 1)) : null;
}
