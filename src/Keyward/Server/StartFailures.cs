using Keyward.Vault.Audit;
using Keyward.Vault.Storage;

namespace Keyward.Server;

/// <summary>What the environment's failures at a start are told as.</summary>
internal static class StartFailures
{
    /// <summary>Null for what is none of the environment's: a bug is not told as anything else.</summary>
    public static StartException? Judge(Exception failure, DataFolder folder) => failure switch
    {
        StoreUnavailableException or AuditDamagedException => new StartException(failure.Message),
        AuditUnwritableException => new StartException(
            $"{failure.Message.TrimEnd('.')} in {folder.Audit}. Without its log the server does no work.",
            "Free space on that disk, or lower the setting audit.reserve"),
        IOException or UnauthorizedAccessException => new StartException(
            $"The data folder {folder.Path} cannot be used: {failure.Message}",
            "See that its disk has space and that this user may write there, or give another one: --data DIR"),
        _ => null,
    };
}
