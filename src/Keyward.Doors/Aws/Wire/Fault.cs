using Keyward.Vault.Gate;

namespace Keyward.Doors.Aws.Wire;

/// <summary>An error as AWS's clients read it: the exception's name, its text and the HTTP status. Some errors carry no
/// text at all.</summary>
/// <param name="Reason">How the record names it.</param>
internal sealed record Fault(string Type, string? Message, RefusalReason Reason, int Status = 400)
{
    public static Fault Validation(string message) =>
        new("ValidationException", message, RefusalReason.InvalidArgument);

    public static Fault Serialization(string message) =>
        new("SerializationException", message, RefusalReason.InvalidArgument);

    public static Fault NotFound(string message) => new("NotFoundException", message, RefusalReason.NotFound);

    public static Fault InvalidArn(string message) =>
        new("InvalidArnException", message, RefusalReason.MalformedName);

    public static Fault Unsupported(string message) =>
        new("UnsupportedOperationException", message, RefusalReason.NotOffered);

    public static Fault UnknownOperation() => new("UnknownOperationException", null, RefusalReason.NotOffered);

    public static Fault Signature(string message) =>
        new("InvalidSignatureException", message, RefusalReason.SignatureMismatch);

    public static Fault Incomplete(string message) =>
        new("IncompleteSignatureException", message, RefusalReason.Unauthenticated);

    /// <summary>The record's sentence: the message may echo what the caller sent, so it stays out.</summary>
    public Refusal ToRefusal() => new(Reason, Type + ".");
}
