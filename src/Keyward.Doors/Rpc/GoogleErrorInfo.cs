using Google.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Policies;

namespace Keyward.Doors.Rpc;

/// <summary>The few refusals whose ErrorInfo Google's own front end writes alike for all of its services
/// (google/api/error_reason.proto), and that programs therefore look for: who is not known, who may not, who asks too
/// often. Our reason stands beside it.</summary>
internal static class GoogleErrorInfo
{
    public const string ReasonKey = "keywardReason";

    private const string Service = "cloudkms.googleapis.com";
    private const string Platform = "googleapis.com";

    /// <summary>A refused right by Google's name, where ours is a part of one of Google's; and on the key, where the
    /// use of a version was asked for, since that is where Google checks it.</summary>
    public static Refusal Translate(Refusal refusal, Arrival? arrival)
    {
        if (!IsOfGoogle(arrival) || refusal is not { Permission: { } permission, Subject: { } resource })
            return refusal;
        var name = Actions.CoarserNameOf(permission);
        var version = name.Contains(".useTo", StringComparison.Ordinal)
            ? resource.IndexOf("/cryptoKeyVersions/", StringComparison.Ordinal) : -1;
        if (version >= 0) resource = resource[..version];
        return refusal with
        {
            Permission = name, Subject = resource, Sentence = PermissionNames.Denial(name, resource),
        };
    }

    /// <summary>Null where the refusal is told by its own reason.</summary>
    public static ErrorInfo? Find(Refusal refusal, Arrival? arrival)
    {
        if (!IsOfGoogle(arrival)) return null;
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

    private static bool IsOfGoogle(Arrival? arrival) => arrival?.Door is Door.GoogleGrpc or Door.GoogleRest;
}
