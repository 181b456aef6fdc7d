using Google.Rpc;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Rpc;

/// <summary>Refusals as google.rpc codes, and codes as HTTP statuses (google/rpc/code.proto). The one table of the
/// doors
/// that speak these conventions.</summary>
internal static class StatusTable
{
    public static Code CodeOf(RefusalReason reason) => reason switch
    {
        RefusalReason.InvalidArgument or RefusalReason.ChecksumMismatch or RefusalReason.InvalidCiphertext
            or RefusalReason.TooLarge or RefusalReason.IncorrectKey or RefusalReason.AlgorithmMismatch
            or RefusalReason.InvalidTags or RefusalReason.InvalidPageToken or RefusalReason.MalformedName
            or RefusalReason.InvalidGrantToken or RefusalReason.InvalidPrincipal or RefusalReason.MalformedPolicy
            or RefusalReason.MaterialRefused or RefusalReason.InvalidImportToken => Code.InvalidArgument,
        RefusalReason.Unauthenticated or RefusalReason.SignatureMismatch or RefusalReason.ClockSkewed
            or RefusalReason.SessionExpired => Code.Unauthenticated,
        RefusalReason.PermissionDenied => Code.PermissionDenied,
        RefusalReason.NotFound => Code.NotFound,
        RefusalReason.AlreadyExists or RefusalReason.AlreadyDone => Code.AlreadyExists,
        RefusalReason.StaleEtag => Code.Aborted,
        RefusalReason.VersionNotEnabled or RefusalReason.NoPrimaryVersion or RefusalReason.TransitionNotAllowed
            or RefusalReason.WrongPurpose or RefusalReason.Tampered or RefusalReason.KeyDisabled
            or RefusalReason.KeyPendingDeletion or RefusalReason.KeyPendingImport
            or RefusalReason.KeyNotPendingDeletion or RefusalReason.WrongOrigin or RefusalReason.NotPrimary
            or RefusalReason.ExpiredImportToken
            or RefusalReason.Rehearsed or RefusalReason.MessagesExhausted
            => Code.FailedPrecondition,
        RefusalReason.QuotaExceeded or RefusalReason.Overloaded or RefusalReason.RateExceeded
            => Code.ResourceExhausted,
        RefusalReason.NotOffered => Code.Unimplemented,
        RefusalReason.Sealed or RefusalReason.NotReady or RefusalReason.AuditUnwritable
            or RefusalReason.StoreUnavailable or RefusalReason.OutcomeUnknown => Code.Unavailable,
        RefusalReason.Cancelled => Code.Cancelled,
        RefusalReason.Internal or RefusalReason.Unspecified => Code.Internal,
    };

    public static int HttpStatusOf(Code code) => code switch
    {
        Code.Ok => 200,
        Code.InvalidArgument or Code.FailedPrecondition or Code.OutOfRange => 400,
        Code.Unauthenticated => 401,
        Code.PermissionDenied => 403,
        Code.NotFound => 404,
        Code.AlreadyExists or Code.Aborted => 409,
        Code.ResourceExhausted => 429,
        Code.Cancelled => 499,
        Code.Unimplemented => 501,
        Code.Unavailable => 503,
        Code.DeadlineExceeded => 504,
        Code.Unknown or Code.Internal or Code.DataLoss => 500,
        _ => 500,
    };

    /// <summary>The code's name on the wire, such as NOT_FOUND: the C# member is named otherwise.</summary>
    public static string NameOf(Code code) => Names[code];

    private static readonly Dictionary<Code, string> Names = CodeReflection.Descriptor
        .FindTypeByName<global::Google.Protobuf.Reflection.EnumDescriptor>("Code").Values
        .ToDictionary(v => (Code)v.Number, v => v.Name);
}
