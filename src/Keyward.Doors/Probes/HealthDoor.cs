using Grpc.Core;
using Keyward.Protos.Health;
using Keyward.Vault.Gate;
using Status = Grpc.Core.Status;

namespace Keyward.Doors.Probes;

/// <summary>grpc.health.v1.Health: the whole server, or one of its services by name.</summary>
internal sealed class HealthDoor(Gate gate, TimeProvider time) : Health.HealthBase
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    private static readonly HashSet<string> Services =
    [
        "", "google.cloud.kms.v1.KeyManagementService", "google.iam.v1.IAMPolicy", "google.cloud.location.Locations",
        "keyward.v1.Projects", "keyward.v1.ServiceAccounts", "keyward.v1.Audit", "keyward.v1.Deployment",
    ];

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (Services.Contains(request.Service)) return Task.FromResult(Now());
        context.Status = new Status(StatusCode.NotFound, "There is no such service.");
        return Task.FromResult(new HealthCheckResponse());
    }

    public override async Task Watch(HealthCheckRequest request,
        IServerStreamWriter<HealthCheckResponse> responseStream,
        ServerCallContext context)
    {
        HealthCheckResponse? last = null;
        while (!context.CancellationToken.IsCancellationRequested)
        {
            var now = Services.Contains(request.Service)
                ? Now()
                : new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.ServiceUnknown };
            if (!now.Equals(last)) await responseStream.WriteAsync(last = now).ConfigureAwait(false);
            await Task.Delay(WatchInterval, time, context.CancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private HealthCheckResponse Now() => new()
    {
        Status = gate.Status.IsReady
            ? HealthCheckResponse.Types.ServingStatus.Serving
            : HealthCheckResponse.Types.ServingStatus.NotServing,
    };
}
