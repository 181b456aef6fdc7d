using System.CommandLine;
using Keyward.Server.Settings;

namespace Keyward.Cli.Operating;

internal static class DoctorCommand
{
    private static readonly Option<string?> Data = Commands.Text("--data", "DIR",
        "The data folder of a server on this machine, to look at it too (default ~/.keyward, where there is one).");

    private static readonly Option<string?> Prometheus = Commands.Text("--prometheus", "URL",
        "A Prometheus that should have loaded Keyward's rules.");

    public static Command Build() => Commands.Make("doctor",
        "Look at a running deployment and say what needs care; exit 1 if something is wrong.",
        ["keyward doctor", "keyward doctor --prometheus http://localhost:9090 --format json"], null,
        RunAsync, Data, Prometheus);

    private static async Task RunAsync(Session session)
    {
        var address = session.Settings.Address ?? throw new FailedException("No server is known.",
            "Source its credentials/admin.env, or give --addr and --credentials.");
        using var client = session.MakeHttpClient(new Uri("https://" + address));
        var findings = new List<Finding>(
            await new Doctor(session, client, session.Get(Prometheus)).LookAsync().ConfigureAwait(false));
        var folder = session.Get(Data) is { } data ? ServerSettings.Expand(data) : ClientSettings.DataFolder;
        if (Directory.Exists(folder)) findings.AddRange(FolderFindings.Judge(folder, TimeProvider.System.GetUtcNow()));
        else if (session.Get(Data) is not null)
            findings.Add(new Finding(FindingLevel.Error, "permissions", $"there is no folder {folder}"));
        session.Output.WriteList(findings.Select(f => f.ToJson()), "", "level", "check", "finding", "next");
        if (findings.Exists(f => f.Level == FindingLevel.Error)) throw new ExitException(1);
    }
}
