using Keyward.Doors.Aws.Kms;
using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Doors.Aws;

/// <summary>Refusals as AWS KMS's exceptions: one table, in which each reason has its name, status and text.</summary>
internal static class Refusals
{
    public const string Incorrect =
        "The key ID in the request does not identify a CMK that can perform this operation.";

    private const string Rehearsed = "The request would have succeeded, but the DryRun option is set.";

    /// <summary>The exception's name and HTTP status of every reason.</summary>
    public static (string Type, int Status) Of(RefusalReason reason) => reason switch
    {
        RefusalReason.InvalidArgument or RefusalReason.ChecksumMismatch or RefusalReason.TooLarge
            => ("ValidationException", 400),
        RefusalReason.InvalidCiphertext => ("InvalidCiphertextException", 400),
        RefusalReason.Unauthenticated => ("UnrecognizedClientException", 400),
        RefusalReason.PermissionDenied => ("AccessDeniedException", 400),
        RefusalReason.NotFound => ("NotFoundException", 400),
        RefusalReason.AlreadyExists => ("AlreadyExistsException", 400),
        RefusalReason.StaleEtag or RefusalReason.AlreadyDone => ("ConflictException", 400),
        RefusalReason.VersionNotEnabled or RefusalReason.KeyDisabled => ("DisabledException", 400),
        RefusalReason.NoPrimaryVersion or RefusalReason.TransitionNotAllowed or RefusalReason.KeyPendingDeletion
            or RefusalReason.KeyPendingImport or RefusalReason.KeyNotPendingDeletion or RefusalReason.MessagesExhausted
            => ("KMSInvalidStateException", 400),
        RefusalReason.WrongPurpose or RefusalReason.AlgorithmMismatch => ("InvalidKeyUsageException", 400),
        RefusalReason.QuotaExceeded => ("LimitExceededException", 400),
        RefusalReason.NotOffered or RefusalReason.WrongOrigin or RefusalReason.NotPrimary
            => ("UnsupportedOperationException", 400),
        RefusalReason.IncorrectKey => ("IncorrectKeyException", 400),
        RefusalReason.MaterialRefused => ("IncorrectKeyMaterialException", 400),
        RefusalReason.InvalidImportToken => ("InvalidImportTokenException", 400),
        RefusalReason.ExpiredImportToken => ("ExpiredImportTokenException", 400),
        RefusalReason.InvalidTags => ("TagException", 400),
        RefusalReason.InvalidPageToken => ("InvalidMarkerException", 400),
        RefusalReason.Rehearsed => ("DryRunOperationException", 400),
        RefusalReason.SignatureMismatch or RefusalReason.ClockSkewed => ("InvalidSignatureException", 400),
        RefusalReason.SessionExpired => ("ExpiredTokenException", 400),
        RefusalReason.MalformedName or RefusalReason.InvalidPrincipal => ("InvalidArnException", 400),
        RefusalReason.InvalidGrantToken => ("InvalidGrantTokenException", 400),
        RefusalReason.MalformedPolicy => ("MalformedPolicyDocumentException", 400),
        RefusalReason.Overloaded or RefusalReason.RateExceeded => ("ThrottlingException", 400),
        RefusalReason.Sealed or RefusalReason.NotReady or RefusalReason.AuditUnwritable
            => ("ServiceUnavailableException", 503),
        RefusalReason.StoreUnavailable or RefusalReason.OutcomeUnknown => ("DependencyTimeoutException", 503),
        RefusalReason.Tampered => ("KeyUnavailableException", 500),
        RefusalReason.Cancelled or RefusalReason.Internal or RefusalReason.Unspecified
            => ("KMSInternalException", 500),
    };

    /// <summary>A refusal that has no call yet: of an unidentified caller.</summary>
    public static Fault Show(Refusal refusal)
    {
        var (type, status) = Of(refusal.Reason);
        return new Fault(type, refusal.Sentence, refusal.Reason, status);
    }

    public static Fault Show(Refusal refusal, Call call)
    {
        // Recorded of AWS: a key that cannot decrypt at all is told as the wrong key.
        var reason = refusal.Reason == RefusalReason.WrongPurpose
            ? call.Operation.Name switch
            {
                "Decrypt" => RefusalReason.IncorrectKey,
                "GetPublicKey" or "EnableKeyRotation" or "DisableKeyRotation" or "GetKeyRotationStatus"
                    or "ListKeyRotations" or "RotateKeyOnDemand" => RefusalReason.WrongOrigin,
                _ => refusal.Reason,
            }
            : refusal.Reason;
        var (type, status) = Of(reason);
        return new Fault(type, TextOf(refusal, call), refusal.Reason, status);
    }

    /// <summary>A reference that led nowhere.</summary>
    public static Fault Unfound(Refusal refusal, in KeyReference reference, Call call)
    {
        var account = reference.Account ?? call.Account;
        var region = reference.Location.Value;
        if (refusal.Reason != RefusalReason.NotFound)
            return Show(refusal, call) with
            {
                Message = refusal.Reason == RefusalReason.PermissionDenied
                    ? account != call.Account ? DeniedElsewhere(call, refusal)
                        : Denied(call, reference.Id is { } other ? Arns.OfKey(region, account, other) : "*", refusal)
                    : refusal.Sentence,
            };
        if (reference.Alias is { } alias)
            return Fault.NotFound($"Alias {Arns.OfAlias(region, account, alias)} is not found.");
        return reference.Id is { } id
            ? Fault.NotFound($"Key '{Arns.OfKey(region, account, id)}' does not exist")
            : new Fault("AccessDeniedException", "The ciphertext refers to a customer master key that does not " +
                "exist, does not exist in this region, or you are not allowed to access.",
                RefusalReason.PermissionDenied);
    }

    private static string? TextOf(Refusal refusal, Call call)
    {
        var arn = KeyOf(refusal, call) is { } key ? Arns.Of(key) : call.KeyArn ?? "*";
        return refusal.Reason switch
        {
            RefusalReason.InvalidCiphertext => null,
            RefusalReason.PermissionDenied when KeyOf(refusal, call) is { } found && found.Account != call.Account =>
                DeniedElsewhere(call, refusal),
            RefusalReason.PermissionDenied when refusal.Subject?.Split("/aliases/") is [_, var alias] =>
                Denied(call, Arns.OfAlias(call.Region.Value, call.Account, alias), refusal),
            RefusalReason.PermissionDenied => Denied(call, arn, refusal),
            RefusalReason.NotFound when refusal.Subject?.Split("/grants/") is [_, var grant] =>
                $"Grant ID {grant} not found",
            RefusalReason.NotFound when arn != "*" => $"Key '{arn}' does not exist",
            RefusalReason.VersionNotEnabled or RefusalReason.KeyDisabled => $"{arn} is disabled.",
            RefusalReason.KeyPendingDeletion => $"{arn} is pending deletion.",
            RefusalReason.KeyPendingImport => $"{arn} is pending import.",
            RefusalReason.KeyNotPendingDeletion => $"{arn} is not pending deletion.",
            RefusalReason.NotPrimary => $"{arn} is not a multi-region primary key.",
            RefusalReason.AlgorithmMismatch =>
                $"Algorithm {call.Algorithm} is incompatible with key spec {SpecOf(refusal, call)}.",
            RefusalReason.TooLarge when call.Algorithm is { } oaep && KeyOf(refusal, call) is { } rsa =>
                $"Algorithm {oaep} and key spec {KeySpecs.SpecOf(rsa.Algorithm)} cannot encrypt data larger than " +
                $"{KeySpecs.OaepLimitOf(rsa, oaep)} bytes.",
            // Recorded of AWS: these carry no text.
            RefusalReason.WrongPurpose when call.Operation.Name == "RotateKeyOnDemand" => null,
            RefusalReason.InvalidArgument when call.Operation.Name == "DeriveSharedSecret" => null,
            RefusalReason.WrongPurpose when call.Operation.Name == "Decrypt" => Incorrect,
            RefusalReason.WrongOrigin =>
                $"{arn} origin is {OriginOf(refusal, call)} which is not valid for this operation.",
            RefusalReason.WrongPurpose =>
                $"{arn} key usage is {KeySpecs.UsageOf(KeyOf(refusal, call))} which is not valid for " +
                $"{call.Operation.Name}.",
            RefusalReason.IncorrectKey => Incorrect,
            RefusalReason.Rehearsed => Rehearsed,
            RefusalReason.Overloaded or RefusalReason.RateExceeded =>
                "You have exceeded the rate at which you may call KMS. Reduce the frequency " +
                "of your calls.",
            _ => refusal.Sentence,
        };
    }

    /// <summary>The action is the one that was wanting: some operations need several.</summary>
    private static string Denied(Call call, string resource, Refusal refusal)
    {
        var name = CustomStoreOperations.Names.Contains(call.Operation.Name)
            ? null : Actions.OfName(refusal.Permission);
        var action = "kms:" + (name ?? call.Operation.Name);
        var why = refusal.DeniedBy switch
        {
            null when refusal.IsNarrowed => $"because no session policy allows the {action} action",
            null => $"because no identity-based policy allows the {action} action",
            "session_policy" => "with an explicit deny in a session policy",
            "identity_policy" => "with an explicit deny in an identity-based policy",
            _ => "with an explicit deny in a resource-based policy",
        };
        return $"User: {call.CallerArn} is not authorized to perform: {action} on resource: {resource} {why}";
    }

    /// <summary>Of another account's key: one text, whether it is there or not.</summary>
    private static string DeniedElsewhere(Call call, Refusal refusal)
    {
        var action = Actions.OfName(refusal.Permission) ?? call.Operation.Name;
        return $"User: {call.CallerArn} is not authorized to perform: kms:{action} on this resource because the " +
            "resource does not exist in this Region, no resource-based policies allow access, or a resource-based " +
            "policy explicitly denies access";
    }

    private static string OriginOf(Refusal refusal, Call call) =>
        KeyOf(refusal, call) is { IsExternal: true } ? "EXTERNAL" : "AWS_KMS";

    private static string SpecOf(Refusal refusal, Call call) =>
        KeyOf(refusal, call) is { } key ? KeySpecs.SpecOf(key.Algorithm) : "";

    /// <summary>Which of the call's keys a refusal speaks of.</summary>
    private static FoundKey? KeyOf(Refusal refusal, Call call) =>
        call.SecondKey is { } second && Names(refusal, second) && !Names(refusal, call.Key!)
            ? second : call.Key;

    private static bool Names(Refusal refusal, FoundKey key) =>
        refusal.Subject?.StartsWith(key.Name.ToString(), StringComparison.Ordinal) == true;
}
