using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit;

/// <summary>Gives a log another key. Its checkpoints are signed by the new one and the one before from then on, so who
/// holds only the older verifier key has until the next rotation to get the newer; the log goes on as it is.</summary>
/// <param name="Log">The log's origin; null for the log of the node that is asked.</param>
public sealed record RotateLogKey(string? Log) : IOperation<VerifierKey>
{
    Verb IOperation<VerifierKey>.Verb { get; } = new("rotate_log_key", OperationClass.AdminWrite);

    Demand IOperation<VerifierKey>.Demand => Demand.OnDeployment(Permission.AuditManage);

    void IOperation<VerifierKey>.Describe(RecordDraft draft) => draft.Resource = "audit";

    async ValueTask<Outcome<VerifierKey>> IOperation<VerifierKey>.RunAsync(Passage passage)
    {
        var origin = Log ?? passage.Log.Origin;
        return await passage.ChangeAsync(((IOperation<VerifierKey>)this).Demand, draft => Change(draft, origin))
            .ConfigureAwait(false);
    }

    private static Outcome<VerifierKey> Change(ChangeDraft draft, string origin)
    {
        var last = LogKeys.NewestOf(draft.Snapshot.SealedKeys.Values, origin);
        if (last is not { } number) return LogRefusals.NoSuchLog;
        var key = draft.PutLogKey(origin, number + 1);
        using var opened = draft.Hierarchy.OpenLogKey(key, origin);
        draft.Record.Parameter("log", origin);
        draft.Record.Parameter("log_key", opened.Key.ToString());
        return opened.Key;
    }
}
