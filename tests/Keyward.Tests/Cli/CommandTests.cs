using System.CommandLine;
using Keyward.Cli;

namespace Keyward.Tests.Cli;

public sealed class CommandTests
{
    [Fact]
    public void Every_command_says_what_it_does_and_shows_an_example() => Assert.Empty(
        All(CommandLine.Build()).Where(c => c.Subcommands.Count == 0
            && (c.Description is not { Length: > 0 } || Commands.NotesOf(c).Examples.Length == 0)).Select(c => c.Name));

    [Fact]
    public void Every_option_says_what_it_means() => Assert.Empty(
        All(CommandLine.Build()).SelectMany(c => c.Options).Where(o => o.Description is not { Length: > 0 })
            .Select(o => o.Name).Distinct());

    [Fact]
    public void Help_begins_with_what_a_command_does_and_stays_within_its_width()
    {
        var create = CommandLine.Build().Subcommands.Single(c => c.Name == "key").Subcommands.Single(c => c.Name == "create");
        var lines = HelpText.Of(create, "keyward key create", 80).Split('\n');
        Assert.Equal(create.Description, lines[0]);
        Assert.Contains("  keyward key create KEY [options]", lines);
        Assert.Contains(lines, line => line.StartsWith("Like: gcloud kms keys create", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Length > 80 && !line.StartsWith("  keyward ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("--credentials", StringComparison.Ordinal));
        Assert.Contains("--credentials FILE", HelpText.Of(CommandLine.Build(), "keyward", 80), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_example_parses() => Assert.All(
        All(CommandLine.Build()).SelectMany(c => Commands.NotesOf(c).Examples)
            .Select(e => e[e.IndexOf("keyward ", StringComparison.Ordinal)..]["keyward ".Length..].Split('|', '>', ')')[0].Trim()),
        example => Assert.Empty(CommandLine.Build().Parse(example).Errors));

    [Theory]
    [InlineData("gone --flag")]
    [InlineData("key create")]
    [InlineData("policy add projects/p --role r")]
    [InlineData("key list --format xml")]
    public async Task Wrong_usage_is_exit_2(string line) =>
        Assert.Equal(2, await CommandLine.RunAsync(line.Split(' ')));

    [Fact]
    public void Tables_do_not_wrap_and_align() => Assert.Equal(
        ["NAME    STATE", "a       ENABLED", "longer  X"],
        TableWriter.Lines(["NAME", "STATE"], [["a", "ENABLED"], ["longer", "X"]]));

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
}
