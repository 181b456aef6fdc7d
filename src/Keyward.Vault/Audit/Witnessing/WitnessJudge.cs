using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Witnessing;

/// <summary>Which log a checkpoint is from: that of its signature, if it is witnessed here.</summary>
internal static class WitnessJudge
{
    public static Outcome<Caller> Judge(OpenedVault vault, SignedCheckpoint signed)
    {
        var origin = signed.Checkpoint.Origin;
        if (!vault.Snapshot.AuditKeeping.WitnessedLogs.TryGetValue(origin, out var log) || !log.IsActive)
            return WitnessRefusals.UnknownLog;
        return signed.WhyNot(log.Keys, vault.Hierarchy.CheckNote) is null
            ? new Caller(Caller.LogType, origin, origin, null, null)
            : WitnessRefusals.NotSigned;
    }
}
