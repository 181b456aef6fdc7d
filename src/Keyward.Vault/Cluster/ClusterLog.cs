using Microsoft.Extensions.Logging;

namespace Keyward.Vault.Cluster;

internal static partial class ClusterLog
{
    [LoggerMessage(1301, LogLevel.Warning, "Out of step with the store: {Why} Service ends with the lease.")]
    public static partial void NotInStep(ILogger logger, string why);

    [LoggerMessage(1302, LogLevel.Information, "In step with the store again.")]
    public static partial void InStepAgain(ILogger logger);

    [LoggerMessage(1303, LogLevel.Error, "{Sentence} Nothing is served by this node.")]
    public static partial void Damaged(ILogger logger, string sentence);

    [LoggerMessage(1304, LogLevel.Information,
        "A node {Id} was registered from another machine: waiting until its lease has ended.")]
    public static partial void AwaitsOldLife(ILogger logger, string id);
}
