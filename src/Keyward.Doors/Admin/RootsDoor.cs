using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Roots;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Roots.</summary>
internal sealed class RootsDoor(Gate gate) : Roots.RootsBase
{
    public override Task<Root> GetRoot(GetRootRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ReadRoot(), Show);

    public override Task<Root> RotateRoot(RotateRootRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new RotateRoot(), Show);

    public override Task<Root> FinishRootRotation(FinishRootRotationRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new FinishRootRotation(), Show);

    private static Root Show(RootView view) => new()
    {
        Generation = view.Generation, Check = view.Check, Rotating = view.IsRotating, Waiting = { view.Waiting },
    };
}
