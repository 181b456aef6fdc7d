namespace Keyward.Vault.Gate;

/// <summary>What the gate itself says no with, whatever was asked.</summary>
internal static class GateRefusals
{
    public const string StaleSentence =
        "This node cannot reach the store, so it cannot prove that what it knows is fresh. Try again, or another node.";

    public static readonly Refusal Stale = new(RefusalReason.NotReady, StaleSentence, "stale");

    /// <summary>Not ready, though all that comes is served.</summary>
    public static readonly GateStatus DrainedStatus = new(GateState.Serving, "drained",
        "An operator wants this node to get no more traffic; keyward node drain --undo ends that.");

    public static Refusal NotServing(GateStatus status) => new(
        status.State == GateState.Sealed ? RefusalReason.Sealed : RefusalReason.NotReady, status.Sentence);

    public static Refusal Unwritable(string? why) => new(RefusalReason.AuditUnwritable,
        "The server refuses work because its audit log cannot be written. Nothing was changed.", why);
}
