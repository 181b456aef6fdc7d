using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Audit;

/// <summary>A file of this node's log in C2SP tlog-tiles form: <c>checkpoint</c>, a tile or a bundle. Records
/// themselves are read by those only who may read all.</summary>
/// <param name="Log">The log's folder name, the end of its origin.</param>
public sealed record ReadLogFile(string Log, string Path) : IOperation<byte[]>
{
    Verb IOperation<byte[]>.Verb { get; } = new("read_log_file", OperationClass.AdminRead);

    Demand IOperation<byte[]>.Demand => Demand.OnDeployment(
        TileName.TryParse(Path, out var name) && !name.IsEntries || Path == TilePath.Checkpoint
            ? Permission.AuditVerify
            : Permission.AuditReadAll);

    void IOperation<byte[]>.Describe(RecordDraft draft)
    {
        draft.Resource = "audit";
        draft.Parameter("file", Path);
    }

    async ValueTask<Outcome<byte[]>> IOperation<byte[]>.RunAsync(Passage passage)
    {
        if (passage.Log.Tree is not { } tree || passage.Log.Source is not { } source) return LogRefusals.NoTree;
        if (Log != LogKeys.FolderOf(passage.Log.Origin)) return LogRefusals.OtherLog(passage.Log.Origin);
        // The only paths that lead to files: nothing else of the folder is served.
        if (Path == TilePath.Checkpoint) return tree.Latest.Note.ToBytes();
        if (TileName.TryParse(Path, out _)
            && await source.ReadAsync(Path, CancellationToken.None).ConfigureAwait(false) is { } bytes) return bytes;
        return new Refusal(RefusalReason.NotFound, "The log has no such file.");
    }
}
