using System.CommandLine;
using Keyward.Server.Settings;

namespace Keyward.Cli;

/// <summary>Where the server is and who asks it: flags, then the environment, then the current context, then the data
/// folder of a server on this machine.</summary>
internal sealed record ClientSettings(string? Address, string? Ca, string? Credentials, string Project, string Location)
{
    public static ClientSettings Of(ParseResult parsed)
    {
        var local = LocalFolder();
        var context = Contexts.Current();
        return new ClientSettings(
            parsed.GetValue(GlobalOptions.Address) ?? Variable("KEYWARD_ADDR") ?? context?.Address ?? local?.Address,
            parsed.GetValue(GlobalOptions.Ca) ?? Variable("KEYWARD_CA") ?? context?.CaFile ?? local?.Ca,
            parsed.GetValue(GlobalOptions.Credentials) ?? Variable("KEYWARD_CREDENTIALS")
                ?? Variable("GOOGLE_APPLICATION_CREDENTIALS") ?? context?.Credentials ?? local?.Credentials,
            parsed.GetValue(GlobalOptions.Project) ?? Variable("KEYWARD_PROJECT") ?? context?.Project ?? "default",
            parsed.GetValue(GlobalOptions.Location) ?? Variable("KEYWARD_LOCATION") ?? context?.Location ?? "global");
    }

    public static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>The data folder of a server on this machine.</summary>
    public static string DataFolder => ServerSettings.Expand(Variable("KEYWARD_DATA") ?? SettingTable.Data.Default);

    /// <summary>The lines of admin.env as pairs; empty where there is no such file.</summary>
    public static IReadOnlyList<(string Name, string Value)> AdminLines()
    {
        var file = Path.Combine(DataFolder, "credentials/admin.env");
        if (!File.Exists(file)) return [];
        try
        {
            return
            [
                .. File.ReadLines(file).Where(l => l.StartsWith("export ", StringComparison.Ordinal))
                    .Select(l => l["export ".Length..].Split('=', 2)).Select(p => (p[0], p[1].Trim('\''))),
            ];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static (string Address, string Ca, string Credentials)? LocalFolder()
    {
        var lines = AdminLines().ToDictionary(l => l.Name, l => l.Value);
        return lines.Count == 0
            ? null
            : (lines["KEYWARD_ADDR"], lines["KEYWARD_CA"], lines["GOOGLE_APPLICATION_CREDENTIALS"]);
    }
}
