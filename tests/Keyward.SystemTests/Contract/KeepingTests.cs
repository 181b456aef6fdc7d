using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Retention, holds and pruning by the command line, on a development server whose clock goes on by years;
/// and what that clock shows of a use after a long silence.</summary>
public sealed class KeepingTests : IDisposable
{
    private readonly TemporaryData _data = new();

    [Fact]
    public async Task Records_go_when_their_time_is_over_and_no_hold_keeps_them_and_log_and_archive_hold()
    {
        Directory.CreateDirectory(_data.In("archive"));
        await using var server = await StartAsync();
        await FillAsync(server, 300);
        await OkAsync(server, "policy", "add", "deployment",
            "--member", "serviceAccount:" + Admin(server), "--role", "roles/keyward.archivist");
        Assert.Equal(400, Json(await OkAsync(server, "audit", "retention")).GetProperty("dataDays").GetInt32());
        await OkAsync(server, "audit", "retention", "--data-days", "500");
        Assert.Contains("lengthened", await FailAsync(server, "audit", "retention", "--data-days", "10"));
        await FailAsync(server, "audit", "prune", "--trial");

        await OkAsync(server, "dev", "clock", "advance", "2600d");
        Assert.Equal("256", Json(await OkAsync(server, "audit", "prune", "--trial")).GetProperty("to").GetString());
        await OkAsync(server, "audit", "hold", "add", "case-17", "--reason", "court order");
        Assert.Contains("Record 0 stays: the hold case-17 covers it", await FailAsync(server, "audit", "prune"));
        Assert.Contains("keyward audit hold list", await FailAsync(server, "audit", "hold", "lift", "case-71"));
        Assert.Contains("case-17", await OkAsync(server, "audit", "hold", "list", "--format", "json"));
        await OkAsync(server, "audit", "hold", "lift", "case-17");
        var pruned = Json(await OkAsync(server, "audit", "prune"));
        Assert.Equal("256", pruned.GetProperty("to").GetString());

        await File.WriteAllTextAsync(_data.In("vkey"), await OkAsync(server, "audit", "vkey"));
        var log = pruned.GetProperty("log").GetString()!;
        var archive = Directory.GetDirectories(_data.In("archive")).Single();
        var proven = Json(await OkAsync(server, "audit", "prove", log + "#7", "--log", archive, "--format", "json"));
        var id = Json(proven.GetProperty("record").GetString()!).GetProperty("id").GetString()!;
        Assert.StartsWith("c2sp.org/tlog-proof", await OkAsync(server, "audit", "prove", id, "--log", archive));
        Assert.Contains("has the record", await FailAsync(server, "audit", "prove", log + "#280", "--log", archive));
        await OkAsync(server, "audit", "verify", archive, "--vkey", _data.In("vkey"));
        // What is left is what questions find, by the index and without it.
        await UntilGoneAsync(server);
        Assert.Contains("pruned beyond that size", await FailAsync(server, "audit", "consistency", "100"));
        var found = await OkAsync(server, "audit", "query", "--operation", "prune_log");
        Assert.Equal(4, found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(found, await OkAsync(server, "audit", "query", "--operation", "prune_log", "--scan"));
        Assert.Empty(await OkAsync(server, "audit", "query", "--operation", "found"));
        await server.StopAsync();
        var verified = await KeywardServer.RunAsync(
            KeywardServer.Program, ["audit", "verify", server.Data, "--vkey", _data.In("vkey")]);
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
    }

    [Fact]
    public async Task Records_go_by_themselves_where_the_setting_says_so_and_never_under_a_hold()
    {
        Directory.CreateDirectory(_data.In("archive"));
        await using var server = await StartAsync(("KEYWARD_AUDIT_PRUNE", "daily"));
        await FillAsync(server, 300);
        await OkAsync(server, "audit", "hold", "add", "case-17", "--reason", "court order");
        await OkAsync(server, "dev", "clock", "advance", "2600d");
        Assert.Empty(Directory.GetDirectories(_data.In("archive")));
        await OkAsync(server, "audit", "hold", "lift", "case-17");
        await OkAsync(server, "dev", "clock", "advance", "2d");
        await UntilGoneAsync(server);
        await File.WriteAllTextAsync(_data.In("vkey"), await OkAsync(server, "audit", "vkey"));
        await OkAsync(server, "audit", "verify", Directory.GetDirectories(_data.In("archive")).Single(),
            "--vkey", _data.In("vkey"));
        Assert.Contains("\"name\":\"pruning\"", await OkAsync(server, "audit", "query", "--operation", "prune_log"));
        Assert.Contains("audit_off", await OkAsync(server, "anomaly", "list", "--format", "json", "--all"));
    }

    [Fact]
    public async Task The_first_use_after_a_long_silence_is_found()
    {
        Directory.CreateDirectory(_data.In("archive"));
        await using var server = await StartAsync();
        await File.WriteAllTextAsync(_data.In("hello"), "hello");
        await OkAsync(server, "keyring", "create", "ring");
        await OkAsync(server, "key", "create", "orders", "--keyring", "ring", "--purpose", "encryption");
        string[] encrypt = ["encrypt", "--key", "ring/orders", "--plaintext-file", _data.In("hello"),
            "--ciphertext-file", _data.In("sealed")];
        await OkAsync(server, encrypt);
        await OkAsync(server, "dev", "clock", "advance", "95d");
        await OkAsync(server, encrypt);
        var found = await OkAsync(server, "anomaly", "list", "--format", "json");
        Assert.Contains("\"dormant\"", found, StringComparison.Ordinal);
        Assert.Contains("95 days", found, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Dispose();

    private Task<KeywardServer> StartAsync(params (string, string)[] more) => KeywardServer.StartAsync(_data.In("dev"), "127.0.0.1:0",
        [("KEYWARD_DEV", "true"), ("KEYWARD_AUDIT_ARCHIVE", _data.In("archive")), .. more]);

    private static async Task FillAsync(KeywardServer server, int records)
    {
        using var client = new RestClient(server);
        for (var i = 0; i < records; i++) Assert.Equal(200, (await client.GetAsync("/keyward/v1/caller")).Status);
    }

    /// <summary>What is pruned goes a moment after the answer.</summary>
    private static async Task UntilGoneAsync(KeywardServer server)
    {
        var log = Directory.GetDirectories(Path.Combine(server.Data, "audit")).Single();
        await Waiting.UntilAsync(() => !File.Exists(Path.Combine(log, "tile/entries/000")));
    }

    private static string Admin(KeywardServer server) => Json(
        File.ReadAllText(Path.Combine(server.Data, "credentials/admin.json"))).GetProperty("client_email").GetString()!;

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static async Task<string> OkAsync(KeywardServer server, params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(server, arguments);
        Assert.True(code == 0, string.Join(' ', arguments) + ": " + errors);
        return output;
    }

    private static async Task<string> FailAsync(KeywardServer server, params string[] arguments)
    {
        var (code, _, errors) = await RunAsync(server, arguments);
        Assert.Equal(1, code);
        return errors;
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(
        KeywardServer server, string[] arguments) => KeywardServer.RunAsync(
            KeywardServer.Program, [.. arguments, "--addr", server.Address], null, server.AdminEnvironment());
}
