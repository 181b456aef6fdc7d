using System.CommandLine;

namespace Keyward.Cli;

/// <summary>How commands are made: each has a sentence, two examples at most, and the command of gcloud or aws that
/// people
/// know it by; its help shows them.</summary>
internal static class Commands
{
    private static readonly Dictionary<Command, (string[] Examples, string? Twin)> Notes = [];

    public static Command Group(string name, string description, params Command[] commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands) group.Subcommands.Add(command);
        return group;
    }

    public static Command Make(string name, string description, string[] examples, string? twin,
        Func<Session, Task> run, params Symbol[] symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
            if (symbol is Argument argument) command.Arguments.Add(argument);
            else command.Options.Add((Option)symbol);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var session = new Session(parsed, cancellation);
            await run(session).ConfigureAwait(false);
            return 0;
        });
        Notes[command] = (examples, twin);
        return command;
    }

    /// <summary>For a command that is not made here.</summary>
    public static Command Noted(this Command command, string[] examples, string? twin)
    {
        Notes[command] = (examples, twin);
        return command;
    }

    public static (string[] Examples, string? Twin) NotesOf(Command command) =>
        Notes.TryGetValue(command, out var notes) ? notes : ([], null);

    public static Command WithAlias(this Command command, string alias)
    {
        command.Aliases.Add(alias);
        return command;
    }

    public static Option<string?> Text(string name, string help, string description) =>
        new(name) { HelpName = help, Description = description };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Argument<string> Name(string name, string description) => new(name) { Description = description };
}
