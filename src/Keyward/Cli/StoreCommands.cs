using System.CommandLine;
using System.Text.Json.Nodes;
using Keyward.Server;
using Keyward.Server.Recovery;

namespace Keyward.Cli;

internal static class StoreCommands
{
    private static readonly Option<string> To = new("--to")
    {
        HelpName = "postgres|sqlite", Description = "Which kind of store the deployment goes to.", Required = true,
    };

    static StoreCommands() => To.AcceptOnlyFromAmong("postgres", "sqlite");

    public static Command Build() => Commands.Group("store", "The store behind a stopped server.",
        Commands.Make("move", "Move a deployment from SQLite to PostgreSQL or back, while no server runs.",
            ["keyward store move --to postgres --postgres-file /etc/keyward/postgres --data /var/lib/keyward",
                "keyward store move --to sqlite --postgres-file /etc/keyward/postgres --data /var/lib/keyward"], null,
            MoveAsync, To, ServerCommands.Data, ServerCommands.PostgresFile, ServerCommands.Config));

    private static async Task MoveAsync(Session session) => await OfflineFolder.RunAsync(
        session, async (folder, settings) =>
    {
        var file = settings.PostgresFile ?? throw new UsageException(
            "The database is missing.", "Put its connection string into a file: --postgres-file FILE");
        var moved = await new MoveStore(folder, settings, SleeplessTime.Instance).RunAsync(
            session.Get(To) == "postgres", file, session.Note, session.Cancellation).ConfigureAwait(false);
        session.Output.Write(new JsonObject
        {
            ["seq"] = moved.Seq, ["rows"] = moved.Rows, ["log"] = moved.Log, ["oldStore"] = moved.LeftAt,
        });
    }).ConfigureAwait(false);
}
