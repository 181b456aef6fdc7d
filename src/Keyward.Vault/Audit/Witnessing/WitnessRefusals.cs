using System.Globalization;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Audit.Witnessing;

/// <summary>Why a checkpoint is not vouched for. The reasons lead to the statuses of tlog-witness.</summary>
public static class WitnessRefusals
{
    public static readonly Refusal Malformed = new(
        RefusalReason.InvalidArgument, "The request is not that of an add-checkpoint call.");

    public static readonly Refusal OldIsLarger = new(
        RefusalReason.InvalidArgument, "The old size is larger than the checkpoint.");

    public static readonly Refusal UnknownLog = new(RefusalReason.NotFound, "This log is not witnessed here.");

    public static readonly Refusal NotSigned = new(
        RefusalReason.PermissionDenied, "The checkpoint has no good signature by a known key of its log.");

    public static readonly Refusal NotConsistent = new(
        RefusalReason.ChecksumMismatch, "The proof does not show that the log extends what was vouched for.");

    public static readonly Refusal OtherRoot = new(
        RefusalReason.StaleEtag, "Another tree of this size was vouched for: the log was rewritten.");

    /// <summary>The size to prove from stands as the refusal's subject.</summary>
    public static Refusal OtherSize(long size) => new(RefusalReason.StaleEtag,
        "Another size was vouched for last.", size.ToString(CultureInfo.InvariantCulture));
}
