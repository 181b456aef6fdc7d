using Keyward.Vault.Gate;

namespace Keyward.Vault.Audit;

/// <summary>Why a question to the log cannot be answered.</summary>
internal static class LogRefusals
{
    /// <summary>What all of them are about.</summary>
    public const string Subject = "audit";

    public static readonly Refusal NoTree = new(
        RefusalReason.NotReady, "The audit log's tree is not open, so nothing can be proven yet.");

    public static readonly Refusal NoSuchLog = new(
        RefusalReason.NotFound, "There is no log of that origin. The origins: keyward audit vkey", Subject);

    public static readonly Refusal Pruned = new(RefusalReason.NotFound,
        "The record was pruned from the log; the archive has it: keyward audit prove ID --log ARCHIVE", Subject);

    public static readonly Refusal PrunedSize = new(RefusalReason.TransitionNotAllowed,
        "The log was pruned beyond that size: consistency is proven from the first index that it still has on.",
        Subject);

    public static readonly Refusal NoRecord = new(
        RefusalReason.NotFound, "This node's audit log has no such record.", Subject);

    public static Refusal OtherLog(string ours) => new(RefusalReason.NotFound,
        "That log is not the one that this node writes. Ask the node whose name ends the log's, or read its folder.",
        ours);
}
