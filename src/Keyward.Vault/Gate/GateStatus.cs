namespace Keyward.Vault.Gate;

public enum GateState
{
    Starting = 0,
    Serving = 1,
    Sealed = 2,
    Draining = 3,

    /// <summary>The store or the log is not what it was left as; nothing is served until an operator has
    /// looked.</summary>
    Damaged = 4,
}

/// <summary>Whether operations are served. <paramref name="Reason"/> is a short word for probes (<c>sealed</c>,
/// <c>store_rolled_back</c>), <paramref name="Sentence"/> says it plainly.</summary>
public sealed record GateStatus(GateState State, string Reason, string Sentence)
{
    /// <summary>Ready for traffic: serving, nothing found altered, and the log can be written.</summary>
    public bool IsReady => State == GateState.Serving && Reason == "ready";
}
