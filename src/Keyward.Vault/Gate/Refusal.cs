namespace Keyward.Vault.Gate;

/// <summary>Why an operation was refused. Each door maps every reason to its vendor's code in one table;
/// the numbers are stored in records and never reused.</summary>
public enum RefusalReason
{
    Unspecified = 0,
    InvalidArgument = 1,
    ChecksumMismatch = 2,
    InvalidCiphertext = 3,
    TooLarge = 4,
    Unauthenticated = 5,
    PermissionDenied = 6,
    NotFound = 7,
    AlreadyExists = 8,
    StaleEtag = 9,
    VersionNotEnabled = 10,
    NoPrimaryVersion = 11,
    TransitionNotAllowed = 12,
    WrongPurpose = 13,
    QuotaExceeded = 14,
    NotOffered = 15,
    Sealed = 16,
    NotReady = 17,
    AuditUnwritable = 18,
    StoreUnavailable = 19,
    Tampered = 20,
    Overloaded = 21,
    Cancelled = 22,
    OutcomeUnknown = 23,
    Internal = 24,
    KeyDisabled = 25,
    KeyPendingDeletion = 26,
    KeyPendingImport = 27,
    KeyNotPendingDeletion = 28,

    /// <summary>The ciphertext, or the operation, belongs to another key than the one named.</summary>
    IncorrectKey = 29,

    /// <summary>The algorithm asked for is not one of the key's.</summary>
    AlgorithmMismatch = 30,

    /// <summary>The material's origin or the key's kind does not allow the operation.</summary>
    WrongOrigin = 31,
    InvalidTags = 32,
    InvalidPageToken = 33,

    /// <summary>A rehearsal: everything was in order and nothing was done.</summary>
    Rehearsed = 34,
    SignatureMismatch = 35,

    /// <summary>A signed request's time is too far from ours.</summary>
    ClockSkewed = 36,
    SessionExpired = 37,

    /// <summary>The name of a key is malformed, or of another place than the one asked.</summary>
    MalformedName = 38,

    /// <summary>Material from outside is not the one that is expected, or is not fit.</summary>
    MaterialRefused = 39,
    InvalidGrantToken = 40,

    /// <summary>A principal is named that there is none of.</summary>
    InvalidPrincipal = 41,
    MalformedPolicy = 42,

    /// <summary>The key is not the primary of a multi-region set.</summary>
    NotPrimary = 43,

    /// <summary>What was given out for an import is not ours, damaged, or another key's.</summary>
    InvalidImportToken = 44,
    ExpiredImportToken = 45,

    /// <summary>More was asked for in a minute than the quota lets.</summary>
    RateExceeded = 46,

    /// <summary>The version has sealed as many messages as its algorithm lets one key seal.</summary>
    MessagesExhausted = 47,

    /// <summary>A call that named itself was carried out before.</summary>
    AlreadyDone = 48,
}

/// <summary>An expected "no": a value, not an exception. The sentence is from a fixed list and never echoes what the
/// caller sent beyond the names in <paramref name="Subject"/> and <paramref name="Permission"/>.</summary>
public sealed record Refusal(RefusalReason Reason, string Sentence, string? Subject = null, string? Permission = null)
{
    /// <summary>The kind of document (<see cref="Policies.RuleLabel"/>) whose deny refused; null where nothing
    /// allowed.</summary>
    public string? DeniedBy { get; init; }

    /// <summary>The caller has the right; the policy of its session leaves it out.</summary>
    public bool IsNarrowed { get; init; }

    /// <summary>The limit that refused, where one did.</summary>
    public Quotas.QuotaShortfall? Quota { get; init; }
}
