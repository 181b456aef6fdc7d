using Google.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;

namespace Keyward.Doors.Rpc;

/// <summary>The few refusals whose ErrorInfo Google's own front end writes alike for all of its services
/// (google/api/error_reason.proto), and that programs therefore look for: who is not known, who may not, who asks too
/// often. Our reason stands beside it.</summary>
internal static class GoogleErrorInfo
{
    public const string ReasonKey = "keywardReason";

    private const string Service = "cloudkms.googleapis.com";
    private const string Platform = "googleapis.com";

    /// <summary>Null where the refusal is told by its own reason.</summary>
    public static ErrorInfo? Find(Refusal refusal, Arrival? arrival)
    {
        if (arrival?.Door is not (Door.GoogleGrpc or Door.GoogleRest)) return null;
        var info = refusal.Reason switch
        {
            RefusalReason.PermissionDenied => new ErrorInfo { Reason = "IAM_PERMISSION_DENIED", Domain = Service },
            RefusalReason.Unauthenticated => new ErrorInfo
            {
                Reason = refusal == CredentialRefusals.Missing
                    ? "CREDENTIALS_MISSING" : "ACCESS_TOKEN_TYPE_UNSUPPORTED",
                Domain = Platform,
                Metadata = { ["service"] = Service },
            },
            RefusalReason.RateExceeded => new ErrorInfo
            {
                Reason = "RATE_LIMIT_EXCEEDED", Domain = Platform, Metadata = { ["service"] = Service },
            },
            _ => null,
        };
        if (info is not null) info.Metadata[ReasonKey] = RpcStatus.ReasonOf(refusal.Reason);
        return info;
    }
}
