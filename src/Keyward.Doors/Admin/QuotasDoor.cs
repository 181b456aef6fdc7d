using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Quotas;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Quotas.</summary>
internal sealed class QuotasDoor(Gate gate) : Quotas.QuotasBase
{
    private static readonly Refusal BadName = new(RefusalReason.InvalidArgument,
        "The name has the form projects/P, or is a key's full name.");

    private static readonly Refusal BadMetric = new(RefusalReason.InvalidArgument,
        "The metric is one of " + string.Join(", ", QuotaMetrics.All.Select(m => m.Name())) + ".");

    public override Task<GetQuotasResponse> GetQuotas(GetQuotasRequest request, ServerCallContext context)
    {
        Outcome<IOperation<IReadOnlyList<QuotaView>>> operation =
            QuotaPlace.TryParse(request.Name) is { } place ? new ReadQuotas(place) : BadName;
        return gate.PassAsync(context, operation,
            found => new GetQuotasResponse { Quotas = { found.Select(Show) } });
    }

    public override Task<Quota> SetQuota(SetQuotaRequest request, ServerCallContext context)
    {
        Outcome<IOperation<QuotaView>> operation =
            QuotaPlace.TryParse(request.Name) is not { } place ? BadName
            : !QuotaMetrics.TryParse(request.Metric, out var metric) ? BadMetric
            : new SetQuota(place, metric, request.HasLimit ? request.Limit : null);
        return gate.PassAsync(context, operation, Show);
    }

    private static Quota Show(QuotaView view)
    {
        var quota = new Quota { Metric = view.Metric.Name(), Set = view.IsSet };
        if (view.Limit is { } limit) quota.Limit = limit;
        if (view.Share is { } share) quota.Used = share;
        return quota;
    }
}
