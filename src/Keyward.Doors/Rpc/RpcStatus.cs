using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Keyward.Vault.Gate;
using Keyward.Vault.Quotas;
using Status = Google.Rpc.Status;

namespace Keyward.Doors.Rpc;

/// <summary>A refusal as google.rpc.Status, with an ErrorInfo that names the reason: details are of google.rpc types
/// only,
/// since Google's own REST decoder fails on others.</summary>
internal static class RpcStatus
{
    public const string Domain = "keyward";
    public const string DetailsTrailer = "grpc-status-details-bin";

    private const string UserStateKey = "keyward.status";

    public static readonly global::Google.Protobuf.Reflection.TypeRegistry Types =
        global::Google.Protobuf.Reflection.TypeRegistry.FromMessages(
            ErrorInfo.Descriptor, BadRequest.Descriptor, RetryInfo.Descriptor, QuotaFailure.Descriptor,
            global::Google.Cloud.Kms.V1.LocationMetadata.Descriptor,
            global::Google.Cloud.Kms.V1.DeleteCryptoKeyMetadata.Descriptor,
            global::Google.Cloud.Kms.V1.DeleteCryptoKeyVersionMetadata.Descriptor, Empty.Descriptor);

    public static Status Of(Refusal refusal, Arrival? arrival)
    {
        refusal = GoogleErrorInfo.Translate(refusal, arrival);
        var info = GoogleErrorInfo.Find(refusal, arrival)
            ?? new ErrorInfo { Reason = ReasonOf(refusal.Reason), Domain = Domain };
        if (refusal.Subject is { } subject) info.Metadata["resource"] = subject;
        if (refusal.Permission is { } permission) info.Metadata["permission"] = permission;
        if (arrival is not null) info.Metadata["requestId"] = arrival.RequestId;
        var status = new Status { Code = (int)StatusTable.CodeOf(refusal.Reason), Message = refusal.Sentence };
        if (refusal.Quota is { } quota) Show(quota, info, status);
        status.Details.Insert(0, Any.Pack(info));
        return status;
    }

    /// <summary>Which limit it was, in the names of Google's ErrorInfo for quotas, and when to try again.</summary>
    private static void Show(QuotaShortfall quota, ErrorInfo info, Status status)
    {
        var metric = quota.Metric.Name();
        info.Metadata["quota_metric"] = metric;
        info.Metadata["quota_limit_value"] = quota.Limit.ToString(System.Globalization.CultureInfo.InvariantCulture);
        info.Metadata["consumer"] = quota.Resource;
        if (quota.RetryAfter is { } wait)
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = wait.ToDuration() }));
        status.Details.Add(Any.Pack(new QuotaFailure
        {
            Violations = { new QuotaFailure.Types.Violation { Subject = quota.Resource, Description = metric } },
        }));
    }

    /// <summary>Makes a call end with a refusal: gRPC sends status and details as trailers, REST reads them
    /// back.</summary>
    public static void Set(ServerCallContext context, Refusal refusal, Arrival arrival)
    {
        var status = Of(refusal, arrival);
        context.Status = new Grpc.Core.Status((StatusCode)status.Code, status.Message);
        context.ResponseTrailers.Add(DetailsTrailer, status.ToByteArray());
        context.UserState[UserStateKey] = status;
    }

    public static Status? Find(ServerCallContext context) => 
        context.UserState.TryGetValue(UserStateKey, out var status) ? (Status)status : null;

    /// <summary>InvalidArgument → INVALID_ARGUMENT: reasons are part of the outside.</summary>
    public static string ReasonOf(RefusalReason reason) => Reasons[(int)reason];

    private static readonly string[] Reasons = [.. System.Enum.GetValues<RefusalReason>().Select(r =>
        string.Concat(r.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : c.ToString()))
            .ToUpperInvariant())];
}
