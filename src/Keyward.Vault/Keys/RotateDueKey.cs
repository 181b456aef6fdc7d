using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
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

    ValueTask<Outcome<KeyView>> IOperation<KeyView>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<KeyView>)this).Demand, draft => Change(draft, passage.Caller));

    private Outcome<KeyView> Change(ChangeDraft draft, Caller caller)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        var old = entry.Key;
        if (caller.Type != Caller.SystemType || old.NextRotationTime is not { } due || due > draft.Now)
            return KeyRefusals.Precondition(Name, $"{Name} is not due to rotate.");
        if (NewVersions.Judge(old) is { } refusal) return refusal;
        var next = NextAfter(due, old.RotationPeriod, draft.Now);
        var key = old with
        {
            PrimaryVersion = old.NextVersion, NextVersion = old.NextVersion + 1, NextRotationTime = next,
        };
        draft.Put(key);
        var version = NewVersions.Put(draft, old);
        draft.Record.Changed("primary", old.PrimaryVersion?.ToString(CultureInfo.InvariantCulture),
            old.NextVersion.ToString(CultureInfo.InvariantCulture));
        draft.Record.Changed("next_rotation_time", due.ToString("O"), next?.ToString("O"));
        return new KeyView(key, version);
    }

    /// <summary>The first time of the schedule that is still to come; none where the rotation was a single one.</summary>
    internal static DateTimeOffset? NextAfter(DateTimeOffset due, TimeSpan? period, DateTimeOffset now) =>
        period is { } every ? due + (every * (((now - due).Ticks / every.Ticks) + 1)) : null;
}
