using System.CommandLine;
using System.Text.Json.Nodes;
using Keyward.Server;
using Keyward.Server.Recovery;
using Keyward.Server.Settings;
using Keyward.Vault.Storage;

namespace Keyward.Cli;

/// <summary>Work on a data folder that no server holds: its settings are read as a server reads them.</summary>
internal static class RestoreCommand
{
    private static readonly Option<bool> Force = Commands.Flag("--force",
        "Give up what is there, if it is newer, too. A data folder's files are moved aside.");

    private static readonly Option<string?> Reason = Commands.Text("--reason", "TEXT",
        "Why, for the record; needed with --force.");

    public static Command Build() => Commands.Make("restore",
        "Bring a deployment back from backups; the root key must be in the data folder already.",
        ["keyward restore monday.age --identity backup.key --data /var/lib/keyward",
            "keyward restore monday.age tuesday.age --identity backup.key --force --reason lost"],
        "pg_restore", RunAsync, BackupCommands.Files, BackupCommands.Identity, Force, Reason,
        ServerCommands.Data, ServerCommands.Storage, ServerCommands.PostgresFile, ServerCommands.Config);

    private static async Task RunAsync(Session session)
    {
        var reason = session.Get(Reason);
        if (session.Get(Force) != reason is not null)
            throw new UsageException("--force and --reason go together.");
        await OfflineFolder.RunAsync(session, async (folder, settings) =>
        {
            var identities = BackupCommands.ReadIdentities(session);
            try
            {
                var restored = await new Restore(folder, settings, SleeplessTime.Instance).RunAsync(
                    session.Get(BackupCommands.Files), identities, reason, session.Cancellation).ConfigureAwait(false);
                var result = BackupCommands.Show(restored.Manifest, null);
                result["keys"] = restored.Keys;
                result["lostChanges"] = restored.Lost;
                result["log"] = restored.Log;
                if (restored.ReplacedTo is { } aside) result["replacedTo"] = aside;
                session.Output.Write(result);
            }
            finally
            {
                foreach (var identity in identities) identity.Dispose();
            }
        }).ConfigureAwait(false);
    }
}
