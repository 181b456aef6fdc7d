using Keyward.Vault.Gate;

namespace Keyward.Vault.Audit;

/// <summary>Why a question to the log cannot be answered.</summary>
internal static class LogRefusals
{
    public static readonly Refusal NoTree = new(
        RefusalReason.NotReady, "The audit log's tree is not open, so nothing can be proven yet.");

    public static readonly Refusal NoSuchLog = new(
        RefusalReason.NotFound, "There is no log of that origin. The origins: keyward audit vkey");

    public static readonly Refusal Pruned = new(RefusalReason.NotFound,
        "The record was pruned from the log; the archive has it: keyward audit prove ID --log ARCHIVE");

    public static Refusal OtherLog(string ours) => new(RefusalReason.NotFound,
        "That log is not the one that this node writes. Ask the node whose name ends the log's, or read its folder.",
        ours);
}
