using Keyward.Vault.Gate;

namespace Keyward.Vault.Audit;

/// <summary>The closed set of outcomes in records and metrics.</summary>
public static class Outcomes
{
    public const string Ok = "ok";

    public static readonly IReadOnlyList<string> All =
        [Ok, .. Enum.GetValues<RefusalReason>().Select(LabelOf).Distinct().Order(StringComparer.Ordinal)];

    public static string LabelOf(RefusalReason reason) => reason switch
    {
        RefusalReason.InvalidArgument or RefusalReason.ChecksumMismatch or RefusalReason.InvalidCiphertext
            or RefusalReason.TooLarge or RefusalReason.NotOffered or RefusalReason.AlreadyExists => "invalid",
        RefusalReason.MalformedName or RefusalReason.InvalidTags or RefusalReason.InvalidPageToken
            or RefusalReason.IncorrectKey or RefusalReason.AlgorithmMismatch or RefusalReason.InvalidGrantToken
            or RefusalReason.InvalidPrincipal or RefusalReason.MalformedPolicy
            or RefusalReason.MaterialRefused or RefusalReason.InvalidImportToken => "invalid",
        RefusalReason.Unauthenticated or RefusalReason.SignatureMismatch or RefusalReason.ClockSkewed
            or RefusalReason.SessionExpired => "unauthenticated",
        RefusalReason.PermissionDenied => "denied",
        RefusalReason.NotFound => "not_found",
        RefusalReason.StaleEtag or RefusalReason.VersionNotEnabled or RefusalReason.NoPrimaryVersion
            or RefusalReason.TransitionNotAllowed or RefusalReason.WrongPurpose or RefusalReason.Tampered
            or RefusalReason.KeyDisabled or RefusalReason.KeyPendingDeletion or RefusalReason.KeyPendingImport
            or RefusalReason.KeyNotPendingDeletion or RefusalReason.WrongOrigin or RefusalReason.NotPrimary
            or RefusalReason.ExpiredImportToken
            or RefusalReason.Rehearsed or RefusalReason.MessagesExhausted or RefusalReason.AlreadyDone
            => "precondition",
        RefusalReason.QuotaExceeded or RefusalReason.Overloaded or RefusalReason.RateExceeded => "throttled",
        RefusalReason.Sealed or RefusalReason.NotReady or RefusalReason.AuditUnwritable
            or RefusalReason.StoreUnavailable or RefusalReason.OutcomeUnknown => "unavailable",
        RefusalReason.Cancelled => "deadline",
        RefusalReason.Internal or RefusalReason.Unspecified => "internal",
    };
}
