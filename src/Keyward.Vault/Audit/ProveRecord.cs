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
    Verb IOperation<ProvenRecord>.Verb { get; } = new("prove_record", OperationClass.AdminRead);

    Demand IOperation<ProvenRecord>.Demand => Demand.ToReadLog(Project);

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
        if (Reference.Index >= size) return LogRefusals.NoRecord;
        if (Reference.Index < log.FirstIndex) return LogRefusals.Pruned;
        if ((Reference.Index ?? await FindAsync(log).ConfigureAwait(false)) is not { } index)
            return LogRefusals.NoRecord;
        var cosigned = await Cosigned.ReadAsync(source, CancellationToken.None).ConfigureAwait(false);
        // Where witnesses have vouched for it already, the proof shows that too.
        var signed = cosigned is not null && index < cosigned.Checkpoint.Size
            ? cosigned
            : await tree.CoverAsync(index + 1).ConfigureAwait(false);
        var prover = new Prover(source, signed);
        var proven = await prover.ProveAsync(index, CancellationToken.None).ConfigureAwait(false);
        return Project is null || RecordFacts.Of(proven.Record).Project == Project.Value.Value
            ? proven : LogRefusals.NoRecord;
    }

    /// <summary>By the log's index, and where that has not read yet record by record.</summary>
    private async ValueTask<long?> FindAsync(IAuditLog log)
    {
        var search = new RecordSearch(log, log.Followed?.Index, new RecordFilter { Id = Reference.Id });
        var below = long.MaxValue;
        while (true)
        {
            var page = await search.BackwardAsync(below, 1).ConfigureAwait(false);
            if (page.Records.Count > 0) return page.Records[0].Index;
            if (page.AtEnd) return null;
            below = page.NextIndex;
        }
    }
}
