using System.Globalization;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Keeping;

/// <summary>What was pruned, or would be.</summary>
public sealed record PrunedRange(string Log, long From, long To, byte[] Digest);

/// <summary>Removes this node's oldest records that may go: archived and proven there first, then written down in the
/// store with its record, and only then removed, so that a stop at any moment leaves each record in the log or in the
/// archive. Nothing before the retention's end, under a hold, or not yet delivered is ever touched.</summary>
/// <param name="Before">Only records before this time; null for all that may go.</param>
/// <param name="IsTrial">Say what would go.</param>
public sealed record PruneLog(DateTimeOffset? Before, bool IsTrial) : IOperation<PrunedRange>
{
    private static readonly Refusal NoArchive = new(RefusalReason.NotReady,
        "Records are archived before they are removed: set audit.archive to a folder.");

    private static readonly Refusal Meanwhile = new(RefusalReason.StaleEtag,
        "Holds, retention or the log changed meanwhile; nothing was removed. Try again.");

    Verb IOperation<PrunedRange>.Verb { get; } = new("prune_log", OperationClass.AdminWrite);

    Demand IOperation<PrunedRange>.Demand => Demand.OnDeployment(Permission.AuditPrune);

    void IOperation<PrunedRange>.Describe(RecordDraft draft) => draft.Resource = "audit";

    async ValueTask<Outcome<PrunedRange>> IOperation<PrunedRange>.RunAsync(Passage passage)
    {
        var log = passage.Log;
        if (log.Tree is not { } tree || log.Source is not { } source) return LogRefusals.NoTree;
        if (passage.Settings.AuditArchive is not { } folder) return NoArchive;
        var keeping = passage.Snapshot.AuditKeeping;
        var signed = tree.Latest;
        var from = keeping.PrunedOf(log.Origin);
        var plan = await PrunePlan.MakeAsync(source, from, signed.Checkpoint.Size, log.LowestNeeded, keeping,
            Before, passage.Now, CancellationToken.None).ConfigureAwait(false);
        var to = plan.To;
        passage.Record.Parameter("log", log.Origin);
        passage.Record.Parameter("from", from.ToString(CultureInfo.InvariantCulture));
        passage.Record.Parameter("to", to.ToString(CultureInfo.InvariantCulture));
        if (to == from)
            return new Refusal(RefusalReason.TransitionNotAllowed, "No record may be removed yet. " + plan.WhyNotMore,
                LogRefusals.Subject);
        if (IsTrial) return new PrunedRange(log.Origin, from, to, []);
        var archive = new TreeFiles(Path.Combine(folder, LogKeys.FolderOf(log.Origin)));
        var digest = await LogArchive.AddAsync(source, archive, from, to, signed,
            passage.Settings.AuditArchiveSeal, CancellationToken.None).ConfigureAwait(false);
        passage.Record.Parameter("sha256", Convert.ToHexStringLower(digest));
        return await passage.ChangeAsync(((IOperation<PrunedRange>)this).Demand, draft =>
        {
            if (!draft.Snapshot.AuditKeeping.HasSameRules(keeping)) return (Outcome<PrunedRange>)Meanwhile;
            draft.Put(new AuditPruning(log.Origin, to, draft.Now, digest));
            return new PrunedRange(log.Origin, from, to, digest);
        }).ConfigureAwait(false);
    }
}
