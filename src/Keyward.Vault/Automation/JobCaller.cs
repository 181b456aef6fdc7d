using Keyward.Vault.Gate;

namespace Keyward.Vault.Automation;

/// <summary>A job at the gate: its own principal, without a credential, that nobody else can be.</summary>
/// <param name="ofLeader">Of several nodes one runs it: what it changes is refused once another one does.</param>
internal sealed class JobCaller(Gate.Gate gate, string job, bool ofLeader = false)
{
    private readonly Caller _self = new(Caller.SystemType, job, job, null, null);

    public ValueTask<Outcome<T>> PassAsync<T>(
        string method, IOperation<T> operation, CancellationToken cancellation)
    {
        var arrival = gate.Receive(Door.System, new Source("", 0, null, null), null);
        arrival.Method = method;
        if (ofLeader) arrival.LeaderTerm = gate.Vault?.LeaderTerm?.Invoke();
        return gate.PassAsync(arrival, _self, operation, cancellation);
    }
}
