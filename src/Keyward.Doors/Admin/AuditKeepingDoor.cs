using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Keeping;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.AuditKeeping.</summary>
internal sealed class AuditKeepingDoor(Gate gate) : Protos.V1.AuditKeeping.AuditKeepingBase
{
    public override Task<LogKey> RotateLogKey(RotateLogKeyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new RotateLogKey(request.Log.Length == 0 ? null : request.Log),
            key => new LogKey { Vkey = key.ToString() });

    public override Task<Hold> PlaceHold(PlaceHoldRequest request, ServerCallContext context) =>
        gate.PassAsync(context,
            new PlaceHold(request.Name, request.Reason, request.From?.ToDateTimeOffset()), Show);

    public override Task<Hold> LiftHold(LiftHoldRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new LiftHold(request.Name), Show);

    public override Task<Keeping> GetKeeping(GetKeepingRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ReadKeeping(), keeping => new Keeping
        {
            Holds = { keeping.Holds.Values.Select(Show) },
            Retention = Show(keeping.Retention),
            Prunings =
            {
                keeping.Prunings.Values.OrderBy(p => p.Log, StringComparer.Ordinal).Select(p => new Pruning
                {
                    Log = p.Log, Index = p.Index, Time = p.Time.ToTimestamp(),
                }),
            },
        });

    public override Task<Retention> LengthenRetention(LengthenRetentionRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new LengthenRetention(
            request.DataDays == 0 ? null : request.DataDays, request.AdminDays == 0 ? null : request.AdminDays), Show);

    public override Task<Protos.V1.PrunedRange> PruneLog(PruneLogRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new PruneLog(request.Before?.ToDateTimeOffset(), request.Trial),
            range => new Protos.V1.PrunedRange
            {
                Log = range.Log, From = range.From, To = range.To, Sha256 = Convert.ToHexStringLower(range.Digest),
            });

    private static Hold Show(AuditHold hold) => new()
    {
        Name = hold.Name, Reason = hold.Reason, From = hold.From?.ToTimestamp(), Active = hold.IsActive,
        CreateTime = hold.CreateTime.ToTimestamp(), CreatedBy = hold.CreatedBy,
    };

    private static Retention Show(AuditRetention retention) =>
        new() { DataDays = retention.DataDays, AdminDays = retention.AdminDays };
}
