using System.CommandLine;

namespace Keyward.Cli;

/// <summary>Shell completion: a short script calls the hidden <c>__complete</c> with the words typed so far.</summary>
internal static class Completion
{
    public const string Hidden = "__complete";

    private static readonly Argument<string> Shell = Commands.Name("shell", "bash, zsh, fish or pwsh.");

    public static Command Build()
    {
        Shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        return Commands.Make("completion", "Print a completion script for a shell. Names come from the server, " +
            "if it answers within KEYWARD_COMPLETION_MS (300).",
            ["eval \"$(keyward completion bash)\""], null, s =>
            {
                Output.Line(Script(s.Get(Shell)));
                return Task.CompletedTask;
            }, Shell);
    }

    /// <summary>One completion a line, with its description behind a tab. Options are offered to whom begins
    /// one.</summary>
    public static int Answer(RootCommand root, string[] words)
    {
        ServerNames.Attach(root);
        // The parser splits the line again; the last word is still being typed.
        var line = string.Join(' ', words.Select(
            (word, i) => i < words.Length - 1 && word.Contains(' ') ? $"\"{word}\"" : word));
        var isOption = words is [.., ['-', ..]];
        foreach (var item in root.Parse(line).GetCompletions(line.Length))
            if (isOption || item.Label is not ['-', ..])
                Output.Line(item.Detail is { Length: > 0 } meaning ? $"{item.Label}\t{meaning}" : item.Label);
        return 0;
    }

    private static string Script(string shell) => shell switch
    {
        "bash" => """
            _keyward() {
              local IFS=$'\n' found
              found=$(keyward __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1)
              COMPREPLY=($(compgen -W "$found" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _keyward keyward
            """,
        "zsh" => """
            #compdef keyward
            _keyward() {
              local -a found
              found=("${(@f)$(keyward __complete "${words[@]:1:$CURRENT}" 2>/dev/null | sed 's/:/\\:/g; s/\t/:/')}")
              _describe keyward found
            }
            compdef _keyward keyward
            """,
        "fish" => "complete -c keyward -f " +
            "-a '(keyward __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'",
        _ => """
            Register-ArgumentCompleter -Native -CommandName keyward -ScriptBlock {
              param($word, $ast, $position)
              keyward __complete @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" }) 2>$null |
                ForEach-Object { ($_ -split "`t")[0] } | Where-Object { $_ -like "$word*" }
            }
            """,
    };
}
