using Keyward.Vault.Gate;

namespace Keyward.Doors.Rpc;

/// <summary>One admitted request: its arrival and who made it. Kept with the HTTP context between the door's headers
/// and its body.</summary>
internal sealed class Visit(Arrival arrival, Caller caller)
{
    public Arrival Arrival { get; } = arrival;

    public Caller Caller { get; } = caller;

    /// <summary>True once the gate has the request, which leaves none without a record; one that ends before is a
    /// failure of the wire.</summary>
    public bool IsAtGate { get; set; }
}
