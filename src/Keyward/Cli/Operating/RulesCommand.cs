using System.CommandLine;
using System.Globalization;
using System.Text;
using Keyward.Server.Settings;

namespace Keyward.Cli.Operating;

/// <summary><c>rules</c>: the recording and alert rules for Prometheus, with the objectives of the settings.</summary>
internal static class RulesCommand
{
    public static Command Build() => Commands.Make("rules",
        "Print the rules for Prometheus with the objectives of the settings (slo.…), those of single projects too.",
        ["keyward rules --config /etc/keyward/keyward.json > keyward.yml"], null, async session =>
        {
            var reader = ServerCommands.Read(session);
            await ServerCommands.RefuseErrors(reader).ConfigureAwait(false);
            StandardOutput.Write(Encoding.UTF8.GetBytes(Render(ServerSettings.Of(reader).Objectives)));
        }, ServerCommands.Data, ServerCommands.Config);

    /// <summary>The file that ships, with other targets; where there are none, as it is.</summary>
    public static string Render(Objectives objectives)
    {
        var text = Read("keyward.yml");
        text = With(text, "error_budget", "0.0001", Rest(objectives.Availability));
        text = With(text, "slow_share", "0.05", Rest(objectives.Fast));
        text = With(text, "internal_share", "0.001", Number((decimal)objectives.Internal));
        if (objectives.Projects.Count == 0) return text;
        var projects = Read("keyward-projects.yml");
        var targets = new StringBuilder("rules:\n");
        foreach (var (project, availability) in objectives.Projects.OrderBy(p => p.Key, StringComparer.Ordinal))
            targets.Append("      - record: \"keyward:target:project_error_budget\"\n")
                .Append(CultureInfo.InvariantCulture, $"        expr: vector({Rest(availability)})\n")
                .Append(CultureInfo.InvariantCulture, $"        labels: {{project: {project}}}\n");
        var groups = projects[(projects.IndexOf("groups:\n", StringComparison.Ordinal) + "groups:\n".Length)..];
        return text + groups.Replace("rules: []\n", targets.ToString(), StringComparison.Ordinal);
    }

    private static string With(string text, string target, string shipped, string wanted) => text.Replace(
        $"{target}\", expr: vector({shipped})", $"{target}\", expr: vector({wanted})", StringComparison.Ordinal);

    /// <summary>What may go wrong.</summary>
    private static string Rest(double share) => Number(1m - (decimal)share);

    private static string Number(decimal number) => number.ToString("0.#########", CultureInfo.InvariantCulture);

    private static string Read(string file)
    {
        using var stream = typeof(RulesCommand).Assembly.GetManifestResourceStream("rules/" + file)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
