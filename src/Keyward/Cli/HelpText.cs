using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Keyward.Cli;

/// <summary>A command's help: the sentence, examples first, then usage and options, and the twin that people
/// know.</summary>
internal sealed class HelpText(HelpAction standard) : SynchronousCommandLineAction
{
    /// <summary>Help is shown for what is not complete, too.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var (examples, twin) = Commands.NotesOf(command);
        var output = parseResult.InvocationConfiguration.Output;
        if (examples.Length > 0)
        {
            output.WriteLine("Examples:");
            foreach (var example in examples) output.WriteLine("  " + example);
            output.WriteLine();
        }

        var code = standard.Invoke(parseResult);
        if (twin is not null) output.WriteLine($"Like: {twin}");
        return code;
    }
}
