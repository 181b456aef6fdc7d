using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Audit;

/// <summary>One record of this node's log with the proof that it stands there, against a checkpoint that covers it;
/// one is signed for it where there is none yet.</summary>
/// <param name="Project">Null for any record; else only one of this project is found.</param>
public sealed record ProveRecord(ProjectId? Project, RecordReference Reference) : IOperation<ProvenRecord>
{
    /// <summary>A search by id goes through this many records from the end; a receipt needs no search.</summary>
    private const long MaximumSearched = 1_000_000;

    Verb IOperation<ProvenRecord>.Verb { get; } = new("prove_record", OperationClass.AdminRead);

    Demand IOperation<ProvenRecord>.Demand => Project is { } project
        ? Demand.On(Permission.AuditRead, project)
        : Demand.OnDeployment(Permission.AuditReadAll);

    void IOperation<ProvenRecord>.Describe(RecordDraft draft)
    {
        draft.Resource = Project is { } project ? project.FullName + "/audit" : "audit";
        draft.Parameter("record", Reference.ToString());
    }

    async ValueTask<Outcome<ProvenRecord>> IOperation<ProvenRecord>.RunAsync(Passage passage)
    {
        var log = passage.Log;
        if (log.Tree is not { } tree || log.Source is not { } source) return LogRefusals.NoTree;
        if (Reference.Origin is { } origin && origin != log.Origin) return LogRefusals.OtherLog(log.Origin);
        var size = log.Size;
        if (Reference.Index >= size) return NotFound;
        if (Reference.Index < log.FirstIndex) return LogRefusals.Pruned;
        var cosigned = await Cosigned.ReadAsync(source, CancellationToken.None).ConfigureAwait(false);
        // Where witnesses have vouched for it already, the proof shows that too.
        var signed = cosigned is not null && Reference.Index < cosigned.Checkpoint.Size
            ? cosigned
            : await tree.CoverAsync(Reference.Index + 1 ?? size).ConfigureAwait(false);
        var prover = new Prover(source, signed);
        var index = await prover.FindAsync(
            Reference, Math.Min(MaximumSearched, size - log.FirstIndex), CancellationToken.None).ConfigureAwait(false);
        if (index is null) return NotFound;
        var proven = await prover.ProveAsync(index.Value, CancellationToken.None).ConfigureAwait(false);
        return Project is null || RecordFacts.Of(proven.Record).Project == Project.Value.Value ? proven : NotFound;
    }

    private static Refusal NotFound { get; } = new(RefusalReason.NotFound,
        "This node's audit log has no such record. By its receipt, not its id, older records are found too.");
}
