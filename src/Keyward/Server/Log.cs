using Microsoft.Extensions.Logging;

namespace Keyward.Server;

/// <summary>The server's own log lines: starts, stops, changes of state.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Warning, "{Sentence}")]
    public static partial void Missing(ILogger logger, string sentence);

    [LoggerMessage(2002, LogLevel.Warning, "Sealed: {Sentence}")]
    public static partial void Sealed(ILogger logger, string sentence);

    [LoggerMessage(2003, LogLevel.Error, "{Sentence}")]
    public static partial void Damaged(ILogger logger, string sentence);

    [LoggerMessage(2004, LogLevel.Information, "Unsealed.")]
    public static partial void Unsealed(ILogger logger);

    [LoggerMessage(2005, LogLevel.Information, "Stopping: requests in flight are finished first.")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(2006, LogLevel.Error, "The upkeep failed; it is tried again.")]
    public static partial void UpkeepFailed(ILogger logger, Exception failure);

    [LoggerMessage(2007, LogLevel.Error,
        "{Count} stored rows were altered outside Keyward; what they speak of is refused: {Names}")]
    public static partial void Altered(ILogger logger, int count, string names);

    [LoggerMessage(2008, LogLevel.Information, "The settings were read again; taken over: {Names}.")]
    public static partial void Reloaded(ILogger logger, string names);

    [LoggerMessage(2009, LogLevel.Warning, "Changed, but taken over by a restart only: {Names}.")]
    public static partial void NeedsRestart(ILogger logger, string names);

    [LoggerMessage(2010, LogLevel.Error, "Reload: {Error}")]
    public static partial void ReloadError(ILogger logger, string error);

    [LoggerMessage(2011, LogLevel.Error, "The settings were not taken over; the server goes on with the old ones.")]
    public static partial void ReloadRefused(ILogger logger);

    [LoggerMessage(2012, LogLevel.Information, "New connections get another certificate, good until {NotAfter:u}.")]
    public static partial void CertificateReplaced(ILogger logger, DateTimeOffset notAfter);

    [LoggerMessage(2020, LogLevel.Warning, "The audit log's last checkpoint could not be kept in the store.")]
    public static partial void NotAnchored(ILogger logger, Exception failure);

    [LoggerMessage(2021, LogLevel.Warning, "Audit records do not reach the sink {Sink}, and wait: {Why}")]
    public static partial void NotDelivered(ILogger logger, string sink, string why);

    [LoggerMessage(2023, LogLevel.Warning, "The checkpoint could not be brought to {Place}: {Why}")]
    public static partial void NotPublished(ILogger logger, string place, string why);

    [LoggerMessage(2025, LogLevel.Error, "The audit log {Log} does not hold: {Why} (docs/runbooks/audit-broken.md)")]
    public static partial void LogBroken(ILogger logger, string log, string why);

    [LoggerMessage(2024, LogLevel.Warning, "The audit log's index does not follow the log for now: {Why}")]
    public static partial void NotFollowed(ILogger logger, string why);

    [LoggerMessage(2028, LogLevel.Error, "The audit log takes no records, so nothing is served: {Why}")]
    public static partial void AuditUnwritable(ILogger logger, string why);

    [LoggerMessage(2029, LogLevel.Information, "The audit log takes records again.")]
    public static partial void AuditWritable(ILogger logger);

    [LoggerMessage(2030, LogLevel.Error,
        "New audit records are durable, but not under a checkpoint: {Why} (docs/runbooks/audit-late.md)")]
    public static partial void TreeLate(ILogger logger, string why);

    [LoggerMessage(2026, LogLevel.Error, "The new root key cannot be kept here: {Why} (docs/guides/rotation.md)")]
    public static partial void RootNotKept(ILogger logger, string why);

    [LoggerMessage(2027, LogLevel.Warning, "No silence could be opened in Alertmanager for a planned rotation: {Why}")]
    public static partial void NotSilenced(ILogger logger, string why);

    [LoggerMessage(2022, LogLevel.Information, "The sink {Sink} takes audit records again.")]
    public static partial void DeliveredAgain(ILogger logger, string sink);
}
