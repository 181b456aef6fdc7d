using System.CommandLine;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keyward.Server;
using Keyward.Server.Settings;

namespace Keyward.Cli;

internal static class ServerCommands
{
    public static readonly Option<string?> Data = Commands.Text("--data", "DIR",
        "The data folder (default ~/.keyward).");
    private static readonly Option<string[]> Listen = new("--listen")
    {
        HelpName = "HOST:PORT", Description = "Where to listen; may be repeated; port 0 picks a free one.",
    };

    public static readonly Option<string?> Storage = Commands.Text("--storage", "sqlite|postgres",
        "The store: embedded, or shared by several nodes.");
    private static readonly Option<string?> Advertise = Commands.Text("--advertise", "HOST:PORT",
        "Where clients and other nodes reach it, if not where it listens.");

    private static readonly Option<string?> Join = Commands.Text("--join", "TOKEN",
        "Become a node of a running deployment: the token of keyward node join-token.");

    public static readonly Option<string?> PostgresFile = Commands.Text("--postgres-file", "FILE",
        "The connection string for --storage postgres; mode 0600.");
    public static readonly Option<string?> Config = Commands.Text("--config", "FILE", "The configuration file.");
    private static readonly Option<string?> LogFormat = Commands.Text("--log-format", "text|json|auto",
        "How logs are written.");
    private static readonly Option<string?> LogLevel = Commands.Text("--log-level", "LEVEL",
        "debug, info, warn or error.");
    private static readonly Option<bool> Dev = Commands.Flag("--dev",
        "A development server: throw-away store, seed, movable clock, faults. Never for production.");
    private static readonly Option<string?> Seed = Commands.Text("--seed", "FILE",
        "With --dev: what the store begins with.");
    private static readonly Option<string?> Clock = Commands.Text("--clock", "TIME",
        "With --dev: the time at which the clock starts.");
    private static readonly Option<bool> Defaults = Commands.Flag("--defaults", "All settings with what they mean.");
    private static readonly Option<bool> Ready = Commands.Flag("--ready", "Ask whether it should get traffic.");
    private static readonly Option<string?> PassphraseFile = Commands.Text(
        "--passphrase-file", "FILE", "The passphrase; - for standard input. Else it is asked for.");

    public static IEnumerable<Command> Build()
    {
        var server = new Command("server", "Start the whole KMS and serve until it is told to stop.")
        {
            Data, Listen, Advertise, Join, Storage, PostgresFile, Config, LogFormat, LogLevel, Dev, Seed, Clock,
        };
        server.SetAction((parsed, cancellation) =>
            ServerHost.RunAsync(Flags(parsed), parsed.GetValue(Config), cancellation));
        yield return server.Noted(["keyward server",
            "keyward server --data /var/lib/keyward --listen 0.0.0.0:8443"], "vault server; minio server");
        yield return Commands.Group("config", "The server's settings.",
            Commands.Make("show", "Show every setting, its value and where it comes from.",
                ["keyward config show", "keyward config show --defaults"], null, ShowAsync, Data, Listen, Config,
                    Defaults),
            Commands.Make("check", "Check the settings without starting; all errors at once.",
                ["keyward config check --config /etc/keyward/keyward.json"], "nginx -t", CheckAsync, Data, Listen,
                    Config));
        yield return Commands.Make("healthcheck", "Ask a server whether it lives; needs no credentials.",
            ["keyward healthcheck", "keyward healthcheck --ready"], "pg_isready", HealthAsync, Ready);
        yield return Commands.Make("unseal", "Give a sealed server on this machine its passphrase.",
            ["keyward unseal", "keyward unseal --data /var/lib/keyward --passphrase-file -"], "vault operator unseal",
            UnsealAsync, Data, PassphraseFile);
    }

    private static Dictionary<string, string> Flags(ParseResult parsed)
    {
        var flags = new Dictionary<string, string>();
        Option<string?>[] options = [Data, Advertise, Join, Storage, PostgresFile, LogFormat, LogLevel, Seed, Clock];
        foreach (var option in options)
            if (parsed.GetValue(option) is { } value) flags[option.Name] = value;
        if (parsed.GetValue(Dev)) flags[Dev.Name] = "true";
        if (parsed.GetValue(Listen) is { Length: > 0 } listen) flags["--listen"] = string.Join(',', listen);
        return flags;
    }

    public static SettingReader Read(Session session) =>
        SettingReader.Read(Flags(session.Parsed), ProcessEnvironment.Variables(), session.Get(Config));

    private static Task ShowAsync(Session session)
    {
        var reader = Read(session);
        session.Output.WriteList(session.Get(Defaults)
            ? SettingTable.All.Select(s => new JsonObject
            {
                ["setting"] = s.Name, ["default"] = s.Default, ["environment"] = s.Variable,
                    ["meaning"] = s.Description,
            })
            : reader.Values.Select(v => new JsonObject
            {
                ["setting"] = v.Setting.Name, ["value"] = v.Value, ["origin"] = v.Origin,
            }), "", session.Get(Defaults) ? ["setting", "default", "meaning"] : ["setting", "value", "origin"]);
        return RefuseErrors(reader);
    }

    private static Task CheckAsync(Session session)
    {
        var refused = RefuseErrors(Read(session));
        if (refused.IsCompletedSuccessfully) session.Output.Write(new JsonObject { ["ok"] = true });
        return refused;
    }

    public static Task RefuseErrors(SettingReader reader) => reader.Errors.Count == 0
        ? Task.CompletedTask
        : Task.FromException(new FailedException(string.Join("\nkeyward: ", reader.Errors)));

    private static async Task HealthAsync(Session session)
    {
        var address = session.Settings.Address ?? throw new FailedException("No server is known.",
            "Give it: --addr HOST:PORT");
        using var handler = new SocketsHttpHandler();
        if (session.Settings.Ca is { } ca)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(ca);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(3) };
        var path = session.Get(Ready) ? "readyz" : "healthz";
        try
        {
            using var answer = await client.GetAsync(new Uri($"https://{address}/{path}"),
                session.Cancellation).ConfigureAwait(false);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(
                session.Cancellation).ConfigureAwait(false));
            var message = json.RootElement.GetProperty("message").GetString()!;
            if (!answer.IsSuccessStatusCode) throw new FailedException(message);
            session.Output.Write(new JsonObject { ["status"] = json.RootElement.GetProperty("status").GetString() });
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or JsonException)
        {
            throw new FailedException($"The server at {address} does not answer: {failure.Message}");
        }
    }

    private static async Task UnsealAsync(Session session)
    {
        var folder = session.Get(Data) is { } data ? ServerSettings.Expand(data) : ClientSettings.DataFolder;
        var passphrase = ReadPassphrase(session.Get(PassphraseFile));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(
                new UnixDomainSocketEndPoint(Path.Combine(folder, "keyward.sock")),
                    session.Cancellation).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            throw new FailedException($"No sealed server runs on {folder}.", "Give its data folder: --data DIR");
        }

        await socket.SendAsync((byte[])[.. passphrase, (byte)'\n'], session.Cancellation).ConfigureAwait(false);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(passphrase);
        var answer = new byte[1_024];
        var length = await socket.ReceiveAsync(answer, session.Cancellation).ConfigureAwait(false);
        var text = Encoding.UTF8.GetString(answer, 0, length).Trim();
        if (text != "unsealed") throw new FailedException($"The server stays sealed: {text}.");
        session.Output.Write(new JsonObject { ["status"] = "unsealed" });
    }

    private static byte[] ReadPassphrase(string? file)
    {
        if (file is not null) return ByteFiles.Read(file, PassphraseFile.Name,
            false).AsSpan().TrimEnd("\r\n"u8).ToArray();
        if (Console.IsInputRedirected) throw new UsageException("The passphrase is missing.",
            "Give it: --passphrase-file FILE");
        Console.Error.Write("Passphrase: ");
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
            if (key.Key != ConsoleKey.Backspace) typed.Append(key.KeyChar);
            else if (typed.Length > 0) typed.Length--;
        Console.Error.WriteLine();
        return Encoding.UTF8.GetBytes(typed.ToString());
    }
}
