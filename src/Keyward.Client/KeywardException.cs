using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Status = Google.Rpc.Status;

namespace Keyward.Client;

/// <summary>The server refused, or could not be reached. Reasons are stable words; branch on them, never on the
/// sentence.</summary>
public sealed class KeywardException : Exception
{
    private KeywardException(string reason, string sentence, string? subject, string? permission, string? requestId,
        Exception cause)
        : base(sentence, cause) =>
        (Reason, Subject, Permission, RequestId) = (reason, subject, permission, requestId);

    /// <summary>The reason where no server answered at all.</summary>
    public const string Unreachable = "UNREACHABLE";

    /// <summary>Such as <c>PERMISSION_DENIED</c> or <c>VERSION_NOT_ENABLED</c>; <c>UNREACHABLE</c> where no server
    /// answered.</summary>
    public string Reason { get; }

    public string? Subject { get; }

    public string? Permission { get; }

    public string? RequestId { get; }

    /// <summary>Whether the same call may succeed a little later.</summary>
    public bool IsRetryable => Reason is Unreachable or "STORE_UNAVAILABLE" or "AUDIT_UNWRITABLE" or "NOT_READY"
        or "OVERLOADED" or "RATE_EXCEEDED";

    public static KeywardException Of(RpcException failure)
    {
        if (failure.Trailers.GetValueBytes("grpc-status-details-bin") is { } details)
        {
            var status = Status.Parser.ParseFrom(details);
            foreach (var detail in status.Details)
                if (detail.TryUnpack<ErrorInfo>(out var info))
                    // Where Google has a word of its own, ours stands beside it.
                    return new KeywardException(Find(info, "keywardReason") ?? info.Reason, status.Message,
                        Find(info, "resource"), Find(info, "permission"), Find(info, "requestId"), failure);
        }

        var isAnswer = failure.Trailers.Count > 0;
        return isAnswer
            ? new KeywardException(failure.StatusCode.ToString().ToUpperInvariant(), failure.Status.Detail, null, null,
                null, failure)
            : new KeywardException(Unreachable, Innermost(failure), null, null, null, failure);
    }

    private static string? Find(ErrorInfo info, string name) =>
        info.Metadata.TryGetValue(name, out var value) ? value : null;

    private static string Innermost(Exception failure)
    {
        var cause = (failure as RpcException)?.Status.DebugException ?? failure;
        while (cause.InnerException is { } inner) cause = inner;
        return cause.Message;
    }
}
