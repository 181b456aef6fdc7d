using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Witnessing;

/// <summary>Witnesses a log from now on, or by other keys than so far.</summary>
public sealed record AddWitnessedLog(IReadOnlyList<VerifierKey> Keys) : IOperation<WitnessedLog>
{
    private const int MaximumKeys = 16;

    Verb IOperation<WitnessedLog>.Verb { get; } = new("add_witnessed_log", OperationClass.AdminWrite);

    Demand IOperation<WitnessedLog>.Demand => Demand.OnDeployment(Permission.WitnessUpdate);

    void IOperation<WitnessedLog>.Describe(RecordDraft draft)
    {
        draft.Resource = "witness";
        foreach (var key in Keys.Take(MaximumKeys)) draft.Parameter("log_key", key.ToString());
    }

    async ValueTask<Outcome<WitnessedLog>> IOperation<WitnessedLog>.RunAsync(Passage passage)
    {
        if (Keys.Count is 0 or > MaximumKeys || Keys.Any(k => k.Type != NoteKeyType.Ed25519 || k.Name != Keys[0].Name))
            return new Refusal(RefusalReason.InvalidArgument,
                $"A log is named by 1 to {MaximumKeys} verifier keys of its own, of type Ed25519 and of one origin.");
        return await passage.ChangeAsync(((IOperation<WitnessedLog>)this).Demand, Change).ConfigureAwait(false);
    }

    private Outcome<WitnessedLog> Change(ChangeDraft draft)
    {
        WitnessKeys.MakeIfNone(draft);
        var old = draft.Snapshot.AuditKeeping.WitnessedLogs.GetValueOrDefault(Keys[0].Name);
        var log = (old ?? WitnessedLog.Make(Keys[0].Name, Keys, draft.Now)) with
        {
            Keys = [.. Keys], IsActive = true, UpdateTime = draft.Now,
        };
        draft.Put(log);
        return log;
    }
}

/// <summary>Witnesses a log no more. What was vouched for stays known.</summary>
public sealed record RemoveWitnessedLog(string Origin) : IOperation<WitnessedLog>
{
    Verb IOperation<WitnessedLog>.Verb { get; } = new("remove_witnessed_log", OperationClass.AdminWrite);

    Demand IOperation<WitnessedLog>.Demand => Demand.OnDeployment(Permission.WitnessUpdate);

    void IOperation<WitnessedLog>.Describe(RecordDraft draft) => draft.Resource = "witness";

    async ValueTask<Outcome<WitnessedLog>> IOperation<WitnessedLog>.RunAsync(Passage passage) =>
        await passage.ChangeAsync(((IOperation<WitnessedLog>)this).Demand, Change).ConfigureAwait(false);

    private Outcome<WitnessedLog> Change(ChangeDraft draft)
    {
        if (!draft.Snapshot.AuditKeeping.WitnessedLogs.TryGetValue(Origin, out var log) || !log.IsActive)
            return WitnessRefusals.UnknownLog;
        var removed = log with { IsActive = false, UpdateTime = draft.Now };
        draft.Put(removed);
        draft.Record.Parameter("log", Origin);
        return removed;
    }
}

/// <summary>The logs that are witnessed, and the key by which that is checked: null where there is none yet.</summary>
public sealed record WitnessView(VerifierKey? Key, IReadOnlyList<WitnessedLog> Logs);

/// <summary>What this deployment witnesses.</summary>
public sealed record ReadWitness : IOperation<WitnessView>
{
    Verb IOperation<WitnessView>.Verb { get; } = new("read_witness", OperationClass.AdminRead);

    Demand IOperation<WitnessView>.Demand => Demand.OnDeployment(Permission.WitnessList);

    void IOperation<WitnessView>.Describe(RecordDraft draft) => draft.Resource = "witness";

    ValueTask<Outcome<WitnessView>> IOperation<WitnessView>.RunAsync(Passage passage)
    {
        using var signer = WitnessKeys.Open(passage.Snapshot, passage.Vault.Hierarchy);
        return new(new WitnessView(signer?.WitnessKey, [.. passage.Snapshot.AuditKeeping.WitnessedLogs.Values
            .Where(l => l.IsActive).OrderBy(l => l.Origin, StringComparer.Ordinal)]));
    }
}
