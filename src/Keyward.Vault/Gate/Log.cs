using Microsoft.Extensions.Logging;

namespace Keyward.Vault.Gate;

/// <summary>The gate's log lines. They carry the request's id, by which its record is found, and no more of
/// it.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Error, "The store is unavailable (request {RequestId}).")]
    public static partial void StoreUnavailable(ILogger logger, string requestId, Exception failure);

    [LoggerMessage(1002, LogLevel.Error, "The fate of a commit is unknown (request {RequestId}).")]
    public static partial void CommitUnknown(ILogger logger, string requestId, Exception failure);

    [LoggerMessage(1003, LogLevel.Error, "Sealed material does not open (request {RequestId}).")]
    public static partial void SealBroken(ILogger logger, string requestId, Exception failure);

    [LoggerMessage(1004, LogLevel.Error, "A request failed by a bug (request {RequestId}).")]
    public static partial void Bug(ILogger logger, string requestId, Exception failure);

    [LoggerMessage(1005, LogLevel.Warning,
        "{Count} requests of {Network} were refused before a caller was known, and only counted.")]
    public static partial void Flood(ILogger logger, long count, string network);
}
