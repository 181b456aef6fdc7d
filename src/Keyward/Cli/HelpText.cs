using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;

namespace Keyward.Cli;

/// <summary>A command's help: what it does, examples, how it is written, its options, and the twin that people know.
/// The options of every command are named once, at the top of the tree.</summary>
internal sealed class HelpText : SynchronousCommandLineAction
{
    private const int MaximumWidth = 100;

    /// <summary>Help is shown for what is not complete, too.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        output.Write(Of(parseResult.CommandResult.Command, PathOf(parseResult), Width()));
        return 0;
    }

    public static string Of(Command command, string path, int width)
    {
        var text = new StringBuilder(command.Description).Append('\n');
        var (examples, twin) = Commands.NotesOf(command);
        if (examples.Length > 0) Section(text, "Examples", examples.Select(e => (e, "")), width);
        Section(text, "Usage", [(UsageOf(command, path), "")], width);
        Section(text, "Arguments", command.Arguments.Select(a => (Shown(a), a.Description ?? "")), width);
        Section(text, "Options", command.Options.Where(o => !o.Hidden).Select(
            o => (Shown(o) + (o.Required ? " (needed)" : ""), o.Description ?? "")), width);
        Section(text, "Commands", command.Subcommands.Where(c => !c.Hidden).Select(
            c => (string.Join(", ", c.Aliases.Prepend(c.Name)), c.Description ?? "")), width);
        if (command is not RootCommand) text.Append("\nOptions of every command: keyward --help\n");
        else text.Append("\nMore of one: keyward COMMAND --help\n");
        if (twin is not null) text.Append("Like: ").Append(twin).Append('\n');
        return text.ToString();
    }

    public static string UsageOf(Command command, string path) => string.Join(' ', command.Arguments
        .Select(a => a.Arity.MinimumNumberOfValues == 0 ? $"[{Shown(a)}]" : Shown(a)).Prepend(path)
        .Append(command.Subcommands.Count > 0 ? "COMMAND" : "").Append(command.Options.Count > 0 ? "[options]" : "")
        .Where(word => word.Length > 0));

    public static string Shown(Argument argument) =>
        argument.Name.ToUpperInvariant() + (argument.Arity.MaximumNumberOfValues > 1 ? "…" : "");

    /// <summary>Its names, the short one last, and what value it takes.</summary>
    public static string Shown(Option option)
    {
        var names = string.Join(", ", option.Aliases.Prepend(option.Name));
        var takesNone = option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0;
        return takesNone ? names : $"{names} {option.HelpName ?? "VALUE"}";
    }

    private static void Section(
        StringBuilder text, string heading, IEnumerable<(string Left, string Right)> rows, int width)
    {
        var all = rows.ToList();
        if (all.Count == 0) return;
        text.Append('\n').Append(heading).Append(":\n");
        var left = Math.Min(40, all.Max(r => r.Left.Length)) + 2;
        foreach (var (name, meaning) in all)
        {
            if (meaning.Length == 0)
            {
                text.Append("  ").Append(name).Append('\n');
                continue;
            }

            text.Append("  ").Append(name.PadRight(left));
            if (name.Length >= left) text.Append('\n').Append(' ', left + 2);
            var column = 0;
            foreach (var word in meaning.Split(' '))
            {
                if (column > 0 && left + 2 + column + 1 + word.Length > width)
                {
                    text.Append('\n').Append(' ', left + 2);
                    column = 0;
                }

                if (column > 0) text.Append(' ');
                text.Append(word);
                column += word.Length + (column > 0 ? 1 : 0);
            }

            text.Append('\n');
        }
    }

    private static string PathOf(ParseResult parsed)
    {
        var words = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult;
            at is System.CommandLine.Parsing.CommandResult command; at = at.Parent)
            words.Push(command.Command is RootCommand ? "keyward" : command.Command.Name);
        return string.Join(' ', words);
    }

    private static int Width() => Console.IsOutputRedirected || Console.WindowWidth <= 40
        ? MaximumWidth
        : Math.Min(MaximumWidth, Console.WindowWidth);
}
