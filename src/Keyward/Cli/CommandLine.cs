using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using Keyward.Client;
using Keyward.Server;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Cli;

/// <summary>The command line: parses, runs, and turns every failure into one sentence with what to do next. Exit
/// codes: 0
/// done, 1 refused or failed, 2 wrong usage, 130 interrupted.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = Build();
        if (arguments is ["--version"])
        {
            Output.Line(ProgramVersion.Text);
            return 0;
        }

        if (arguments is [Completion.Hidden, .. var words]) return Completion.Answer(root, words);
        // An e-mail or a name may begin with an at sign: it is not a file of arguments.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.CommandResult.Command.Subcommands.Count == 0)
            return WrongUsage(parsed);
        if (parsed.Errors.Count > 0 && parsed.UnmatchedTokens.Count > 0) return WrongUsage(parsed);
        if (parsed.Errors.Count > 0)
            return await root.Parse([.. arguments, "--help"]).InvokeAsync().ConfigureAwait(false);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // The server drains for as long as its own settings say.
                ProcessTerminationTimeout = null,
            }).ConfigureAwait(false);
        }
        catch (Exception failure) when (CodeOf(parsed, failure) is { } code)
        {
            return code;
        }
    }

    /// <summary>Prints what failed; null for a bug, which is not caught.</summary>
    private static int? CodeOf(ParseResult parsed, Exception failure)
    {
        switch (failure)
        {
            case ExitException exit: return exit.Code;
            case PipeClosedException: return 0;
            case OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled } when !IsLate(failure):
                return 130;
            case OperationCanceledException late:
                return Print(parsed, 1, "There was no answer in time: " + late.Message, null);
            case RpcException refused:
                var refusal = KeywardException.Of(refused);
                var sentence = refusal.Reason == KeywardException.Unreachable
                    ? $"The server at {ClientSettings.Of(parsed).Address} does not answer: {refusal.Message}"
                    : refusal.Message;
                return Print(parsed, 1, sentence, Advice.For(refusal), refusal);
            case UsageException usage: return Print(parsed, 2, usage.Message, usage.Advice);
            case StartException start: return Print(parsed, 1, start.Message, start.Advice);
            case FailedException failed: return Print(parsed, 1, failed.Message, failed.Advice);
            case TreeFileException damaged:
                return Print(parsed, 1, damaged.Message,
                    "See what else is wrong with the log: keyward audit verify DIR --vkey FILE");
            case FormatException or IOException or InvalidDataException or UnauthorizedAccessException
                or System.Security.Cryptography.CryptographicException: return Print(parsed, 1, failure.Message, null);
            default: return null;
        }
    }

    /// <summary>A time-out of ours ends a call as an interruption does, and says within what it was.</summary>
    private static bool IsLate(Exception failure)
    {
        for (var cause = (failure as RpcException)?.Status.DebugException ?? failure; cause is not null;
            cause = cause.InnerException)
            if (cause is TimeoutException) return true;
        return false;
    }

    public static RootCommand Build()
    {
        var root = new RootCommand("Keyward: a key management service that you run yourself. One vault, many doors.");
        foreach (var option in GlobalOptions.All) root.Options.Add(option);
        foreach (var command in ServerCommands.Build()) root.Subcommands.Add(command);
        foreach (var command in SessionCommands.Build()) root.Subcommands.Add(command);
        root.Subcommands.Add(ProjectCommands.Build());
        root.Subcommands.Add(ProjectCommands.BuildLocation());
        root.Subcommands.Add(JobCommands.Build());
        root.Subcommands.Add(JobCommands.BuildDrift());
        root.Subcommands.Add(DevCommands.Build());
        root.Subcommands.Add(LogCommands.Build());
        root.Subcommands.Add(NodeCommands.Build());
        root.Subcommands.Add(BackupCommands.Build());
        root.Subcommands.Add(RestoreCommand.Build());
        root.Subcommands.Add(StoreCommands.Build());
        root.Subcommands.Add(RootCommands.Build());
        root.Subcommands.Add(ImportJobCommands.Build());
        root.Subcommands.Add(KeyRingCommands.Build());
        var key = KeyCommands.Build();
        foreach (var command in KeySwitchCommands.Build()) key.Subcommands.Add(command);
        root.Subcommands.Add(key);
        root.Subcommands.Add(AliasCommands.Build());
        root.Subcommands.Add(VersionCommands.Build());
        foreach (var command in (Command[])[.. UseCommands.Build(), .. SignCommands.Build(), .. RawCommands.Build()])
            root.Subcommands.Add(command);
        root.Subcommands.Add(AccountCommands.Build());
        root.Subcommands.Add(AccountCommands.BuildAccessKey());
        root.Subcommands.Add(CertificateCommands.Build());
        root.Subcommands.Add(IssuerCommands.Build());
        root.Subcommands.Add(WitnessCommands.Build());
        root.Subcommands.Add(AnomalyCommands.Build());
        root.Subcommands.Add(QuotaCommands.Build());
        root.Subcommands.Add(PolicyCommands.Build());
        root.Subcommands.Add(RoleCommands.Build());
        root.Subcommands.Add(GroupCommands.Build());
        root.Subcommands.Add(GrantCommands.Build());
        root.Subcommands.Add(AuditCommands.Build());
        foreach (var command in Operating.OperatingCommands.Build()) root.Subcommands.Add(command);
        root.Subcommands.Add(Completion.Build());
        var help = root.Options.OfType<HelpOption>().Single();
        foreach (var alias in (string[])["-?", "/?", "/h"]) help.Aliases.Remove(alias);
        help.Action = new HelpText();
        return root;
    }

    private static int WrongUsage(ParseResult parsed)
    {
        foreach (var error in parsed.Errors) Console.Error.WriteLine("keyward: " + error.Message);
        if (parsed.Action is ParseErrorAction action)
        {
            action.ShowHelp = false;
            action.ShowTypoCorrections = true;
            var hints = new StringWriter();
            parsed.Invoke(new InvocationConfiguration { Output = hints, Error = TextWriter.Null });
            foreach (var line in hints.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Console.Error.WriteLine("  → " + line.Trim());
        }

        Console.Error.WriteLine($"  → {string.Join(' ', Path(parsed))} --help");
        return 2;
    }

    private static IEnumerable<string> Path(ParseResult parsed)
    {
        var words = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? at =
            parsed.CommandResult; at is System.CommandLine.Parsing.CommandResult command; at = at.Parent)
            words.Push(command.Command is RootCommand ? "keyward" : command.Command.Name);
        return words;
    }

    private static int Print(ParseResult parsed, int code, string sentence, string? advice,
        KeywardException? refusal = null)
    {
        if (parsed.GetValue(GlobalOptions.Errors) == "json")
        {
            var error = new JsonObject
            {
                ["reason"] = refusal?.Reason ?? (code == 2 ? "USAGE" : "FAILED"), ["message"] = sentence,
                ["subject"] = refusal?.Subject, ["next"] = advice, ["requestId"] = refusal?.RequestId,
                ["retryable"] = refusal?.IsRetryable ?? false,
                ["page"] = refusal is null ? null : "docs/reference/errors.md#" + refusal.Reason.ToLowerInvariant(),
            };
            Console.Error.WriteLine(new JsonObject { ["error"] = error }.ToJsonString(Json));
            return code;
        }

        Console.Error.WriteLine("keyward: " + sentence);
        if (advice is not null) Console.Error.WriteLine("  → " + advice);
        if (refusal?.RequestId is { } id
            && parsed.GetValue(GlobalOptions.Verbose)) Console.Error.WriteLine("  request " + id);
        return code;
    }

    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
