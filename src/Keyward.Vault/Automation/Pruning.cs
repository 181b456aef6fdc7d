using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Keeping;

namespace Keyward.Vault.Automation;

/// <summary>Removes this node's records of which the retention is over, archived first, once a day, where a setting
/// says so. The rules are those of every pruning: retention, holds, sinks and the archive. Every node does it for its
/// own log.</summary>
internal sealed class Pruning(Gate.Gate gate, IAuditLog log) : IJob
{
    private readonly JobCaller _self = new(gate, "pruning");

    public string Name => "pruning";

    public TimeSpan Interval => TimeSpan.FromDays(1);

    public async ValueTask<JobRun> RunAsync(CancellationToken cancellation)
    {
        if (!gate.Settings.PrunesLog || gate.Vault is not { } vault
            || log.Tree is not { } tree || log.Source is not { } source) return default;
        // A day on which nothing may go is no record.
        var keeping = vault.Snapshot.AuditKeeping;
        var from = keeping.PrunedOf(log.Origin);
        var plan = await PrunePlan.MakeAsync(source, from, tree.Latest.Checkpoint.Size, log.LowestNeeded,
            keeping, null, gate.Now, cancellation).ConfigureAwait(false);
        return plan.To == from ? default : new JobRun().With(
            await _self.PassAsync("PruneLog", new PruneLog(null, false), cancellation).ConfigureAwait(false));
    }
}
