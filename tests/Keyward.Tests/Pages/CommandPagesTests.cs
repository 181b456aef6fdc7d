using System.CommandLine;
using System.Text;
using Keyward.Cli;
using Keyward.Tests.Tidy;

namespace Keyward.Tests.Pages;

/// <summary>One page for every first word of the command line, made from the command tree.</summary>
public sealed class CommandPagesTests
{
    private const string Folder = "docs/reference/cli";

    private const string Head =
        """
        # The command line
        Made from the program's own command tree; `keyward COMMAND --help` shows the same. Results go to standard output, all else to
        standard error. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 interrupted. On a terminal results are tables or
        lines, in a pipe JSON: one object, or `{"items": […], "nextPageToken": …}` for lists.

        ## Options of every command
        | option | means |
        | --- | --- |

        """;

    [Fact]
    public void The_pages_of_the_command_line_are_its_tree()
    {
        var root = CommandLine.Build();
        var index = new StringBuilder(Head);
        foreach (var option in GlobalOptions.All) index.Append(Row(option));
        index.Append("\n## Commands\n| command | does |\n| --- | --- |\n");
        var pages = new HashSet<string> { "index.md" };
        foreach (var command in root.Subcommands.Where(c => !c.Hidden))
        {
            index.Append($"| [`{command.Name}`]({command.Name}.md) | {Cell(command.Description)} |\n");
            pages.Add(command.Name + ".md");
            GeneratedPage.Check($"{Folder}/{command.Name}.md", PageOf(command));
        }

        GeneratedPage.Check($"{Folder}/index.md", index.ToString());
        var found = Directory.GetFiles(Path.Combine(SourceTests.FindRoot(), Folder)).Select(Path.GetFileName);
        Assert.DoesNotContain(found, file => !pages.Contains(file!));
    }

    private static string PageOf(Command command)
    {
        var page = new StringBuilder($"# keyward {command.Name}\n{command.Description}\n");
        if (command.Aliases.Count > 0) page.Append($"\nAlso: `{string.Join("`, `", command.Aliases)}`\n");
        Append(page, "keyward " + command.Name, command, isTop: true);
        return page.ToString();
    }

    private static void Append(StringBuilder page, string words, Command command, bool isTop)
    {
        if (!isTop) page.Append($"\n## {words}\n{command.Description}\n");
        if (command.Subcommands.Count == 0)
        {
            var (examples, twin) = Commands.NotesOf(command);
            page.Append($"```\n{HelpText.UsageOf(command, words)}\n```\n");
            var rows = command.Arguments.Select(Row).Concat(command.Options.Select(Row)).ToList();
            if (rows.Count > 0) page.Append("| | means |\n| --- | --- |\n").AppendJoin("", rows);
            if (examples.Length > 0) page.Append($"\nExamples:\n```sh\n{string.Join('\n', examples)}\n```\n");
            if (twin is not null) page.Append($"Like: {twin}\n");
        }

        foreach (var inner in command.Subcommands.Where(c => !c.Hidden))
            Append(page, $"{words} {inner.Name}", inner, isTop: false);
    }

    private static string Row(Argument argument) =>
        $"| `{HelpText.Shown(argument)}` | {Cell(argument.Description)} |\n";

    private static string Row(Option option) =>
        $"| `{Cell(HelpText.Shown(option))}`{(option.Required ? " (needed)" : "")} | {Cell(option.Description)} |\n";

    private static string Cell(string? text) => text!.Replace("|", "\\|", StringComparison.Ordinal);
}
