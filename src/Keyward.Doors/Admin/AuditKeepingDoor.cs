using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.AuditKeeping.</summary>
internal sealed class AuditKeepingDoor(Gate gate) : AuditKeeping.AuditKeepingBase
{
    public override Task<LogKey> RotateLogKey(RotateLogKeyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new RotateLogKey(request.Log.Length == 0 ? null : request.Log),
            key => new LogKey { Vkey = key.ToString() });
}
