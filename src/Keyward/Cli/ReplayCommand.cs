using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Keyward.Server;
using Keyward.Vault.Audit;
using Keyward.Vault.Names;

namespace Keyward.Cli;

/// <summary><c>audit replay</c>: a sink gets records once more. It works on the data folder of a server that does not
/// run, since a running one moves the sink's place itself.</summary>
internal static class ReplayCommand
{
    private static readonly Argument<string> Sink = Commands.Name("sink", "The sink's name in audit.sinks.");

    private static readonly Option<string> From = new("--from")
    {
        HelpName = "INDEX|TIME", Required = true,
        Description = "The index of the first record that it gets again, or the time; -24h means ago.",
    };

    public static Command Build() => Commands.Make("replay",
        "Let a sink get records once more at the next start, from an index or a time on. The server must not run.",
        ["keyward audit replay siem --from 120000 --data /var/lib/keyward", "keyward audit replay siem --from -24h"],
        null, RunAsync,
        Sink, From, ServerCommands.Data, ServerCommands.Config);

    private static async Task RunAsync(Session session) => await OfflineFolder.RunAsync(session, async (folder, _) =>
    {
        var name = session.Get(Sink);
        var file = Path.Combine(folder.Path, "delivery", Path.GetFileName(name));
        if (!File.Exists(file) || !RecordReference.TryParse((await File.ReadAllTextAsync(
                file, session.Cancellation).ConfigureAwait(false)).Split('\n')[0], out var at)
            || at.Index is not { } next)
            throw new FailedException($"Nothing was ever delivered to a sink {name} from here.",
                "keyward config show --data DIR has audit.sinks");
        var from = DecimalNumber.TryParse(session.Get(From), out long index)
            ? index
            : Math.Min(next, await LogTimes.FirstFromAsync(
                Path.Combine(folder.Path, "audit", LogKeys.FolderOf(at.Origin!)),
                Times.Parse(session.Get(From), "--from"), session.Cancellation).ConfigureAwait(false));
        // Forward would leave records out, which nobody may.
        if (from < 0 || from > next)
            throw new FailedException($"The sink {name} has all up to {next}: a replay begins there or before.");
        DataFolder.WriteSecret(file, Encoding.UTF8.GetBytes(at with { Index = from } + "\n"));
        session.Output.Write(new JsonObject
        {
            ["sink"] = name, ["log"] = at.Origin, ["from"] = from, ["again"] = next - from,
        });
    }).ConfigureAwait(false);
}
