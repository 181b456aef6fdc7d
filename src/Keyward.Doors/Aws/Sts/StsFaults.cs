using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Aws.Sts;

/// <summary>Refusals as STS's errors (AWS STS, "Common errors", and each operation's own).</summary>
internal static class StsFaults
{
    /// <summary>The error's code and HTTP status of every reason.</summary>
    public static (string Code, int Status) Of(RefusalReason reason) => reason switch
    {
        RefusalReason.Unauthenticated => ("InvalidClientTokenId", 403),
        RefusalReason.SignatureMismatch or RefusalReason.ClockSkewed => ("SignatureDoesNotMatch", 403),
        RefusalReason.SessionExpired => ("ExpiredToken", 403),
        RefusalReason.PermissionDenied or RefusalReason.NotFound => ("AccessDenied", 403),
        RefusalReason.MalformedPolicy => ("MalformedPolicyDocument", 400),
        RefusalReason.NotOffered => ("InvalidAction", 400),
        RefusalReason.Overloaded or RefusalReason.QuotaExceeded or RefusalReason.RateExceeded => ("Throttling", 400),
        RefusalReason.Sealed or RefusalReason.NotReady or RefusalReason.AuditUnwritable
            or RefusalReason.StoreUnavailable or RefusalReason.OutcomeUnknown => ("ServiceUnavailable", 503),
        RefusalReason.Cancelled or RefusalReason.Internal or RefusalReason.Tampered or RefusalReason.Unspecified
            => ("InternalFailure", 500),
        _ => ("ValidationError", 400),
    };

    public static Fault Show(Refusal refusal)
    {
        var (code, status) = Of(refusal.Reason);
        return new Fault(code, refusal.Sentence, refusal.Reason, status);
    }

    /// <summary>A fault of the signature, which the JSON protocol has other names for.</summary>
    public static Fault OfSignature(Fault fault) => fault.Type switch
    {
        "MissingAuthenticationTokenException" => fault with
        {
            Type = "MissingAuthenticationToken", Message = "Request is missing Authentication Token", Status = 403,
        },
        "IncompleteSignatureException" => fault with { Type = "IncompleteSignature" },
        "InvalidSignatureException" => fault with { Type = "SignatureDoesNotMatch", Status = 403 },
        _ => fault,
    };

    public static Fault Invalid(string message) => new("ValidationError", message, RefusalReason.InvalidArgument);

    public static Fault Denied(string message) =>
        new("AccessDenied", message, RefusalReason.PermissionDenied, 403);

    public static Fault NoAction(string? action) => action is null
        ? new Fault("MissingAction", "The request must contain the parameter Action", RefusalReason.NotOffered)
        : new Fault("InvalidAction", "Could not find the operation for version 2011-06-15", RefusalReason.NotOffered);
}
