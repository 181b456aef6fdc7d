using System.CommandLine;
using System.Text.Json.Nodes;
using Keyward.Protos.V1;
using Keyward.Server;
using Keyward.Server.Settings;

namespace Keyward.Cli;

/// <summary>The log's keys, and what becomes of its records.</summary>
internal static class AuditKeepingCommands
{
    private static readonly Option<string?> Log = Commands.Text("--log", "ORIGIN",
        "The log's origin; default: that of the node that answers.");

    private static readonly Option<string?> Data = Commands.Text("--data", "DIR",
        "The data folder of the server, which must not run (default ~/.keyward).");

    private static readonly Option<string> Reason = new("--reason")
    {
        HelpName = "TEXT", Description = "Why; it stands in the first record.", Required = true,
    };

    public static IEnumerable<Command> Build() =>
    [
        Commands.Make("rotate-key", "Give the log another key. The one before signs on beside it until the next time.",
            ["keyward audit rotate-key"], null, async s => s.Output.Write(
                await s.Server.AuditKeeping.RotateLogKeyAsync(new RotateLogKeyRequest { Log = s.Get(Log) ?? "" },
                    cancellationToken: s.Cancellation)), Log),
        Commands.Make("succeed", "Begin a successor of a log that is lost or damaged, for the next start.",
            ["keyward audit succeed --data /var/lib/keyward --reason 'disk lost, case 17'"], null, SucceedAsync, Data,
            Reason),
    ];

    private static async Task SucceedAsync(Session session)
    {
        var flags = new Dictionary<string, string>();
        if (session.Get(Data) is { } data) flags["--data"] = data;
        var reader = SettingReader.Read(flags, ProcessEnvironment.Variables(), null);
        if (reader.Errors.Count > 0) throw new FailedException(reader.Errors[0]);
        try
        {
            var origin = await LogSuccession.RunAsync(ServerSettings.Of(reader), session.Get(Reason),
                TimeProvider.System, session.Cancellation).ConfigureAwait(false);
            session.Output.Write(new JsonObject { ["log"] = origin });
        }
        catch (StartException failure)
        {
            throw new FailedException(failure.Message, failure.Advice);
        }
    }
}
