using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Bench: an admitted call that does nothing, and so is the one call without a record. It is served
/// only where a setting says so, for measuring what all else costs beside it.</summary>
internal sealed class BenchDoor(Gate gate) : Bench.BenchBase
{
    private static readonly Task<Empty> Answer = Task.FromResult(new Empty());

    public override Task<Empty> Empty(Empty request, ServerCallContext context)
    {
        if (!gate.Settings.EmptyCall) return gate.RefuseAsync<Empty>(context, NotOffered.Method("Bench.Empty"));
        Passing.VisitOf(context).IsAtGate = true;
        return Answer;
    }
}
