using System.CommandLine;

namespace Keyward.Cli.Operating;

internal static class ScrubCommand
{
    private static readonly Option<string?> Rules = Commands.Text("--rules", "FILE",
        "Further regular expressions, one a line; what each matches, or its first group, is masked.");

    public static Command Build() => Commands.Make("scrub",
        "Copy standard input to standard output with credentials masked, for logs of other programs.",
        ["journalctl -u shop -f | keyward scrub --rules shop.rules"], "sed", RunAsync, Rules);

    private static async Task RunAsync(Session session)
    {
        var scrubber = new Scrubber(session.Get(Rules) is { } file
            ? await File.ReadAllLinesAsync(file, session.Cancellation).ConfigureAwait(false) : []);
        while (await Console.In.ReadLineAsync(session.Cancellation).ConfigureAwait(false) is { } line)
            Output.Line(scrubber.Line(line));
        if (scrubber.Masked > 0) session.Note($"{scrubber.Masked} masked.");
    }
}
