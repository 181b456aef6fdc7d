using Keyward.Vault.Gate;

namespace Keyward.Vault.Automation;

/// <summary>A job at the gate: its own principal, without a credential, that nobody else can be.</summary>
internal sealed class JobCaller(Gate.Gate gate, string job)
{
    private readonly Caller _self = new(Caller.SystemType, job, job, null, null);

    public ValueTask<Outcome<T>> PassAsync<T>(
        string method, IOperation<T> operation, CancellationToken cancellation)
    {
        var arrival = gate.Receive(Door.System, new Source("", 0, null, null), null);
        arrival.Method = method;
        return gate.PassAsync(arrival, _self, operation, cancellation);
    }
}
