using Keyward.Vault.Audit;

namespace Keyward.Vault.Gate;

/// <summary>Why callers are turned away, as metrics say it: a closed set.</summary>
internal static class DenialReasons
{
    public const string NoCredentials = "no_credentials";
    public const string BadSignature = "bad_signature";
    public const string Expired = "expired";

    /// <summary>Nothing allows it.</summary>
    public const string Policy = "policy";

    /// <summary>A rule denies it.</summary>
    public const string Denied = "deny_rule";

    public static readonly IReadOnlyList<string> All = [NoCredentials, BadSignature, Expired, Policy, Denied];

    /// <summary>Null for what is no denial.</summary>
    public static string? LabelOf(RefusalReason reason, RecordDraft draft)
    {
        if (reason == RefusalReason.PermissionDenied) return draft.Rule is null ? Policy : Denied;
        if (reason == RefusalReason.Unauthenticated) return NoCredentials;
        if (reason == RefusalReason.SignatureMismatch) return BadSignature;
        return reason is RefusalReason.ClockSkewed or RefusalReason.SessionExpired ? Expired : null;
    }
}
