using Keyward.Vault.Audit;
using Keyward.Vault.Automation;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Gate;

/// <summary>What the gate gives an operation that it lets run: who asks, the state to judge by, the way to change it,
/// and
/// the draft of the record.</summary>
/// <param name="attributes">What the operation shows to conditions.</param>
internal sealed class Passage(Gate gate, Gate.Opened opened, Snapshot snapshot, RecordDraft record, DateTimeOffset now,
    IRequestAttributes? attributes)
{
    public Snapshot Snapshot { get; } = snapshot;

    public OpenedVault Vault => opened.Vault;

    public Caller Caller => Record.Caller!;

    public RecordDraft Record { get; } = record;

    public Circumstances Circumstances => new(Now, Record.Arrival, attributes);

    public DateTimeOffset Now { get; } = now;

    /// <summary>The time of the callers' world, in which what they are handed lives.</summary>
    public DateTimeOffset World => Dev is { } dev ? Now - dev.Clock.Offset : Now;

    /// <summary>Null but on a development server.</summary>
    public Development.DevMode? Dev => gate.Dev;

    public IAuditLog Log => gate.Log;

    public GateSettings Settings => gate.Settings;

    /// <summary>True for a rehearsal: all is judged and nothing changed.</summary>
    public bool IsRehearsal { get; private init; }

    /// <summary>The same passage, for a rehearsal.</summary>
    public Passage ToRehearse() =>
        new(gate, opened, Snapshot, Record, Now, attributes) { IsRehearsal = true };

    /// <summary>A further right that an operation needs beside its first demand.</summary>
    public Refusal? Refuse(in Demand demand) => Refuse(Snapshot, demand);

    /// <param name="attributes">What this demand shows to conditions; null for what the operation shows.</param>
    public Refusal? Refuse(Snapshot state, in Demand demand, IRequestAttributes? attributes = null)
    {
        var circumstances = attributes is null ? Circumstances : Circumstances with { Attributes = attributes };
        var decision = Authority.Decide(state, Caller, demand, circumstances);
        if (!decision.Allowed) return Authority.Refuse(demand, decision);
        Record.Note(decision.Grant);
        return AlteredRows.Refuse(state, demand);
    }

    public JobBoard Jobs => gate.Jobs;

    /// <summary>Judges a right that could not be named before the operation ran, and notes it in the
    /// record.</summary>
    public Refusal? Judge(in Demand demand)
    {
        var decision = Authority.Decide(Snapshot, Caller, demand, Circumstances);
        Record.Note(demand, decision);
        return decision.Allowed ? null : Authority.Refuse(demand, decision);
    }

    /// <summary>When keys were last used at this node.</summary>
    public KeyUse.LastUses LastUses => gate.LastUses;

    /// <summary>When credentials were last used.</summary>
    public Identities.CredentialUses CredentialUses => gate.CredentialUses;

    /// <summary>What this node may still seal under versions that may seal only so much.</summary>
    public KeyUse.MessageBlocks Messages => gate.Messages;

    /// <summary>What of each rate is spent at this node.</summary>
    public Quotas.RateMeter Rates => gate.Rates;

    /// <summary>How it stands with the issuers' keys on this node.</summary>
    public Federation.IssuerKeys? IssuerKeys => gate.IssuerKeys;

    /// <summary>Whether the caller holds a further right; the record's rule stays the operation's own.</summary>
    public bool May(in Demand demand) => May(demand, Snapshot);

    /// <summary>The same by another state: under the store's lock a right is judged by what is changed.</summary>
    public bool May(in Demand demand, Snapshot snapshot)
    {
        var decision = Authority.Decide(snapshot, Caller, demand, Circumstances);
        Record.Note(decision.Grant);
        return decision.Allowed;
    }

    /// <summary>Judges and commits a change. The right to it is judged once more, under the store's lock: who lost it
    /// meanwhile is refused.</summary>
    public async ValueTask<Outcome<T>> ChangeAsync<T>(Demand demand, Func<ChangeDraft, Outcome<T>> judge)
    {
        if (Record.Arrival is { IdempotencyKey: { } key } arrival)
            Record.Operation ??= RecentOperations.Of(
                Caller.Member, key, Record.Verb.Name, Record.Resource ?? "", arrival.Id);
        return await opened.Lane.ChangeAsync(Record, draft => Judge(draft, demand, judge)).ConfigureAwait(false);
    }

    private Outcome<T> Judge<T>(ChangeDraft draft, in Demand demand, Func<ChangeDraft, Outcome<T>> judge)
    {
        if (!Identities.Identities.IsGood(draft.Snapshot, Caller, draft.Now))
            return Identities.CredentialRefusals.NotGood;
        if (!Authority.Decide(draft.Snapshot, Caller, demand, Circumstances with { Now = draft.Now }).Allowed)
            return Authority.Refuse(demand);
        if (AlteredRows.Refuse(draft.Snapshot, demand) is { } refusal) return refusal;
        var outcome = judge(draft);
        return IsRehearsal && outcome.IsOk ? Rehearsal.Passed : outcome;
    }
}
