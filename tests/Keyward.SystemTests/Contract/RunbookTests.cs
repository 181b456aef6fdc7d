using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Every command that a runbook tells to run is run as it stands there, with names for its capitals, against one
/// server that has what they speak of. Whoever needs a runbook at night has no time for one that is wrong.</summary>
public sealed partial class RunbookTests : IDisposable
{
    private const string Ring = "projects/default/locations/global/keyRings/ring";

    /// <summary>What is not run here, and why.</summary>
    private static readonly Dictionary<string, string> NotHere = new()
    {
        ["keyward unseal --data DIR"] = "asks for the passphrase at a terminal; the line beside it reads it from a file",
        ["systemctl reload keyward"] = "speaks to systemd, which does not run here; SignalTests send the same signal",
        ["cp -a"] = "is named, without what to copy",
        ["keyward drill run certificate-ends --data DIR --yes"] =
            "needs a certificate of the operator's; OperatingTests drill it",
        ["keyward node remove NODE"] = "needs another node; NodeCommandTests removes one",
    };

    /// <summary>Needs a server that is sealed, or one that does not run.</summary>
    private static readonly string[] OfTheSealed = ["keyward unseal --data DIR --passphrase-file FILE"];

    private static readonly string[] OfTheStopped = ["keyward audit verify", "keyward audit succeed --data DIR --reason TEXT"];

    /// <summary>What must be so before a command makes sense.</summary>
    private static readonly Dictionary<string, string[]> Before = new()
    {
        ["keyward version restore N --key KEY --keyring RING"] = ["version destroy 1 --key orders --keyring ring --yes"],
        ["keyward version set-primary N --key KEY --keyring RING"] =
            ["version restore 1 --key orders --keyring ring", "version enable 1 --key orders --keyring ring"],
        ["keyward policy rollback RESOURCE --revision 1"] =
        [
            $"policy add {Ring} --member MEMBER --role roles/cloudkms.viewer",
            $"policy add {Ring} --member MEMBER --role roles/cloudkms.signer",
        ],
        ["keyward policy remove RESOURCE --member allUsers --role ROLE"] =
            [$"policy add {Ring} --member allUsers --role roles/cloudkms.viewer"],
        ["keyward service-account key create EMAIL --key-file FILE"] = ["service-account enable EMAIL"],
    };

    private readonly TemporaryData _data = new();
    private readonly Dictionary<string, string> _names = [];

    [Fact]
    public async Task Every_command_of_every_runbook_runs()
    {
        await File.WriteAllTextAsync(_data.In("passphrase"), "open sesame, please\n");
        (string, string) root = ("KEYWARD_ROOT", "passphrase");
        var founded = await KeywardServer.StartAsync(_data.In("kms"), "127.0.0.1:0", root,
            ("KEYWARD_ROOT_PASSPHRASE_FILE", _data.In("passphrase")));
        await using (founded) Assert.Equal(0, await founded.StopAsync());
        await using var server = await KeywardServer.StartAsync(_data.In("kms"), environment: root);
        Name(("DIR", server.Data), ("FILE", _data.In("passphrase")));
        foreach (var command in OfTheSealed) await RunAsync(server, command);
        await PrepareAsync(server);
        var commands = Commands();
        Assert.True(commands.Count > 40, $"{commands.Count} commands");
        foreach (var command in commands.Except([.. NotHere.Keys, .. OfTheSealed, .. OfTheStopped]))
        {
            foreach (var before in Before.GetValueOrDefault(command, [])) await RunAsync(server, "keyward " + before);
            _names["FILE"] = FileOf(command);
            await RunAsync(server, command);
        }

        Assert.Equal(0, await server.StopAsync());
        foreach (var command in OfTheStopped) await RunAsync(server, command);
        Assert.Empty(((string[])[.. NotHere.Keys, .. OfTheSealed, .. OfTheStopped, .. Before.Keys]).Except(commands));
    }

    public void Dispose() => _data.Dispose();

    /// <summary>In the runbooks' order, each once.</summary>
    private static List<string> Commands() =>
    [
        .. Directory.GetFiles(Path.Combine(KeywardServer.Root, "docs/runbooks"), "*.md").Order(StringComparer.Ordinal)
            .SelectMany(f => Command().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).Distinct(),
    ];

    private async Task PrepareAsync(KeywardServer server)
    {
        Name(("KEY", "orders"), ("RING", "ring"), ("N", "1"), ("ADDRESS", "127.0.0.1"), ("RESOURCE", Ring),
            ("ROLE", "roles/cloudkms.viewer"), ("TEXT", "checked"), ("TIME", "2099-01-01T00:00:00Z"), ("P", "default"),
            ("METRIC", "requests_per_minute"), ("LIMIT", "600000"), ("CA", Path.Combine(server.Data, "tls/ca.pem")),
            ("ADDR", server.Address), ("COPY", _data.In("copy")), ("CHECKPOINT", _data.In("checkpoint")));
        await File.WriteAllBytesAsync(_data.In("key.bin"), RandomNumberGenerator.GetBytes(32));
        foreach (var command in (string[])["keyring create ring", "key create orders --keyring ring --purpose encryption",
            "key create signer --keyring ring --purpose asymmetric-signing --default-algorithm ec-sign-p256-sha256",
            "key create taken --keyring ring --purpose encryption --import-only --skip-initial-version",
            $"policy add {Ring} --member allAuthenticatedUsers --role roles/cloudkms.viewer"])
            await RunAsync(server, "keyward " + command);
        using var account = JsonDocument.Parse(await RunAsync(server, "keyward service-account create app --format json"));
        Name(("EMAIL", account.RootElement.GetProperty("email").GetString()!));
        Name(("MEMBER", "serviceAccount:" + _names["EMAIL"]));
        using var anomalies = JsonDocument.Parse(await RunAsync(server, "keyward anomaly list --format json"));
        Name(("ID", anomalies.RootElement.GetProperty("items")[0].GetProperty("id").GetString()!));
        await File.WriteAllTextAsync(_data.In("vkey"), await RunAsync(server, "keyward audit vkey"));
        var log = Directory.GetDirectories(Path.Combine(server.Data, "audit")).Single();
        File.Copy(Path.Combine(log, "checkpoint"), _data.In("checkpoint"));
        await RunAsync(server, $"cp -a {Path.Combine(server.Data, "audit")} {_data.In("copy")}");
    }

    private void Name(params (string Capitals, string Value)[] names)
    {
        foreach (var (capitals, value) in names) _names[capitals] = value;
    }

    /// <summary>A runbook calls every file so; which it is, the option before it says.</summary>
    private string FileOf(string command) => command switch
    {
        _ when command.Contains("--vkey", StringComparison.Ordinal) => _data.In("vkey"),
        _ when command.Contains("--target-key-file", StringComparison.Ordinal) => _data.In("key.bin"),
        _ => _data.In(Path.GetRandomFileName()),
    };

    private async Task<string> RunAsync(KeywardServer server, string command)
    {
        // A key of the kind that the command is about.
        var kind = command.Contains("public-key", StringComparison.Ordinal) ? "signer"
            : command.Contains("key import", StringComparison.Ordinal) ? "taken" : "orders";
        var words = command.Split(' ').Select(w => w == "KEY" ? kind : Capitals().Replace(w,
            m => _names.GetValueOrDefault(m.Value, m.Value))).ToList();
        var program = words[0] == "keyward" ? KeywardServer.Program : words[0];
        var (code, output, errors) = await KeywardServer.RunAsync(program, [.. words.Skip(1)], _data.In(""),
        [
            .. server.AdminEnvironment(), ("KEYWARD_DATA", server.Data), ("KEYWARD_LOCATION", "global"),
            ("KEYWARD_ROOT", "passphrase"), ("KEYWARD_ROOT_PASSPHRASE_FILE", _data.In("passphrase")),
        ]);
        Assert.True(code == 0, $"{command}\n{string.Join(' ', words)}\n{output}\n{errors}");
        return output;
    }

    [GeneratedRegex("`((?:keyward|curl|systemctl|kubectl|journalctl|df|cp) [^`]+)`")]
    private static partial Regex Command();

    [GeneratedRegex("(?<![A-Za-z0-9_-])[A-Z]+(?![A-Za-z0-9_-])")]
    private static partial Regex Capitals();
}
