using System.CommandLine;

namespace Keyward.Cli;

/// <summary>The options of every command.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Address = Make("--addr", "HOST:PORT", "The server. Else KEYWARD_ADDR.");

    public static readonly Option<string?> Ca = Make("--ca", "FILE", "The CA certificate to trust. Else KEYWARD_CA.");

    public static readonly Option<string?> Credentials = Make("--credentials", "FILE",
        "A service account's key file. Else KEYWARD_CREDENTIALS or GOOGLE_APPLICATION_CREDENTIALS.");

    public static readonly Option<string?> Project = Make("--project", "PROJECT",
        "Else KEYWARD_PROJECT, else default.");

    public static readonly Option<string?> Location = Make("--location", "LOCATION",
        "Else KEYWARD_LOCATION, else global.");

    public static readonly Option<string?> Format = Make(
        "--format", "table|json", "Table on a terminal, JSON in a pipe. Else KEYWARD_FORMAT.");

    public static readonly Option<string[]> Field = new("--field")
    {
        HelpName = "NAME", Recursive = true, AllowMultipleArgumentsPerToken = false,
        Description = "Print only this field (dotted path; may be repeated), raw, separated by tabs.",
    };

    public static readonly Option<string?> Errors = Make("--errors", "text|json", "How errors are printed.");

    public static readonly Option<bool> Quiet = new("--quiet", "-q")
    {
        Recursive = true, Description = "No notes, only results and errors.",
    };

    public static readonly Option<bool> Verbose = new("--verbose", "-v")
    {
        Recursive = true, Description = "Say on standard error where the call goes, and its request id on failure.",
    };

    public static readonly Option<string?> Reason = Make("--reason", "TEXT",
        "Why: kept in the audit record, and in the revision of what is changed.");

    public static readonly Option[] All =
        [Address, Ca, Credentials, Project, Location, Format, Field, Errors, Quiet, Verbose, Reason];

    static GlobalOptions()
    {
        Format.AcceptOnlyFromAmong("table", "json");
        Errors.AcceptOnlyFromAmong("text", "json");
    }

    private static Option<string?> Make(string name, string help, string description) =>
        new(name) { HelpName = help, Recursive = true, Description = description };
}
