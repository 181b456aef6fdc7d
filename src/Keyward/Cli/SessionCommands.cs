using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Keyward.Protos.V1;

namespace Keyward.Cli;

/// <summary>Who one is and where: tokens, environments, contexts.</summary>
internal static class SessionCommands
{
    private static readonly Argument<string?> Address = new("addr")
    {
        Arity = ArgumentArity.ZeroOrOne, Description = "HOST:PORT of the server.",
    };

    private static readonly Argument<string> ContextName = Commands.Name("name", "The context's name.");
    private static readonly Argument<string[]> CommandLineWords = new("command")
    {
        Arity = ArgumentArity.OneOrMore, Description = "The command to run, behind --.",
    };

    private static readonly Option<string?> Fingerprint = Commands.Text(
        "--fingerprint", "SHA256", "The CA's fingerprint, as the server printed it: fetches the CA and pins it.");

    private static readonly Option<string?> Name = Commands.Text("--context-name", "NAME", "What to call it.");
    private static readonly Option<string?> Shell = Commands.Text("--shell", "bash|fish|pwsh", "The shell's language.");
    private static readonly Option<bool> Unset = Commands.Flag("--unset", "Take the variables back.");

    public static IEnumerable<Command> Build() =>
    [
        Commands.Make("token", "Print a bearer token of ten minutes and nothing else.",
            ["curl -H \"Authorization: Bearer $(keyward token)\" …"], "gcloud auth print-access-token", async s =>
                Output.Line((await s.Server.Deployment.IssueTokenAsync(
                    new IssueTokenRequest { Lifetime = Duration.FromTimeSpan(TimeSpan.FromMinutes(10)) },
                    cancellationToken: s.Cancellation)).AccessToken)),
        Commands.Make("whoami", "Show who the server takes you for.", ["keyward whoami"], "aws sts get-caller-identity",
            async s => s.Output.Write(await s.Server.Deployment.WhoAmIAsync(
                new WhoAmIRequest(), cancellationToken: s.Cancellation))),
        Commands.Make("env", "Print shell lines that point every client at this server.", ["eval \"$(keyward env)\""],
            "minikube docker-env", EnvAsync, Shell, Unset),
        Commands.Make("run", "Run one command with those variables set.", ["keyward run -- aws kms list-keys"],
            "aws-vault exec", RunAsync, CommandLineWords),
        Commands.Make("login", "Remember a server: its address, its CA, your key file.",
            ["keyward login kms.example:8443 --credentials me.json --fingerprint 5c:1f:…"], "gcloud auth login",
            Login.RunAsync, Address, Fingerprint, Name),
        Commands.Make("logout", "Forget the current context.", ["keyward logout"], "gcloud auth revoke", s =>
        {
            var contexts = Contexts.Load();
            new Contexts(null, [.. contexts.Items.Where(c => c.Name != contexts.Chosen)]).Save();
            return Task.CompletedTask;
        }),
        Commands.Group("context", "The servers that you have logged in to.",
            Commands.Make("list", "List them.", ["keyward context list"], "kubectl config get-contexts", s =>
            {
                var contexts = Contexts.Load();
                s.Output.WriteList(contexts.Items.Select(c => new JsonObject
                {
                    ["name"] = c.Name, ["address"] = c.Address, ["current"] = c.Name == contexts.Chosen,
                }), "", "name", "address", "current");
                return Task.CompletedTask;
            }),
            Commands.Make("use", "Choose one.", ["keyward context use prod"], "kubectl config use-context", s =>
            {
                var contexts = Contexts.Load();
                if (contexts.Items.All(c => c.Name != s.Get(ContextName)))
                    throw new FailedException($"There is no context {s.Get(ContextName)}.", "keyward context list");
                (contexts with { Chosen = s.Get(ContextName) }).Save();
                return Task.CompletedTask;
            }, ContextName)),
    ];

    internal static string? FingerprintOf(Session session) => session.Get(Fingerprint);

    internal static string? NameOf(Session session) => session.Get(Name);

    internal static string? AddressOf(Session session) => session.Parsed.GetValue(Address);

    private static IReadOnlyList<(string Name, string Value)> Variables(Session session)
    {
        var settings = session.Settings;
        if (settings.Address is not { } address) throw new FailedException("No server is known.", "keyward login ADDR");
        var local = ClientSettings.AdminLines();
        if (local.Any(l => l == ("KEYWARD_ADDR", address))) return local;
        var ca = settings.Ca ?? "";
        return
        [
            ("KEYWARD_ADDR", address), ("KEYWARD_CA", ca), ("KEYWARD_PROJECT", settings.Project),
            ("GOOGLE_APPLICATION_CREDENTIALS", settings.Credentials ?? ""), ("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", ca),
            ("NODE_EXTRA_CA_CERTS", ca), ("AWS_CA_BUNDLE", ca), ("REQUESTS_CA_BUNDLE", ca),
            ("AWS_ENDPOINT_URL_KMS", $"https://{address}"), ("AWS_ENDPOINT_URL_STS", $"https://{address}"),
            ("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS", $"https://{address}/"),
        ];
    }

    private static Task EnvAsync(Session session)
    {
        foreach (var (name, value) in Variables(session))
            Output.Line((session.Get(Shell) ?? "bash", session.Get(Unset)) switch
            {
                ("bash" or "zsh", false) => $"export {name}='{value}'",
                ("bash" or "zsh", true) => $"unset {name}",
                ("fish", false) => $"set -gx {name} '{value}'",
                ("fish", true) => $"set -e {name}",
                ("pwsh", false) => $"$env:{name} = '{value}'",
                ("pwsh", true) => $"Remove-Item Env:{name}",
                _ => throw new UsageException("--shell must be bash, zsh, fish or pwsh."),
            });
        return Task.CompletedTask;
    }

    private static async Task RunAsync(Session session)
    {
        var words = session.Get(CommandLineWords);
        var start = new ProcessStartInfo(words[0], words[1..]);
        foreach (var (name, value) in Variables(session)) start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(session.Cancellation).ConfigureAwait(false);
            throw new ExitException(process.ExitCode);
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new FailedException($"{words[0]} cannot be run: {failure.Message}.");
        }
    }
}

/// <summary>The command that was run ended with this code, and so do we.</summary>
internal sealed class ExitException(int code) : Exception
{
    public int Code { get; } = code;
}
