using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Keyward.SystemTests.Crash;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>The operator's commands against the real server.</summary>
public sealed class OperatingTests : IDisposable
{
    private const string Canary = "/v1/projects/default/locations/global/keyRings/probe/cryptoKeys/canary";

    private readonly TemporaryData _data = new();

    [Fact]
    public async Task The_doctor_finds_a_well_deployment_well_and_says_what_is_wrong_with_an_ill_one()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        var well = await DoctorAsync(server, 0);
        Assert.DoesNotContain(well, f => f.Level == "error");
        foreach (var check in (string[])["reach", "clock", "readiness", "credentials", "jobs", "quotas", "keys",
            "certificates", "disk", "permissions"])
            Assert.Contains(well, f => f.Check == check && f.Level is "ok" or "warning");

        File.SetUnixFileMode(Path.Combine(server.Data, "credentials/admin.json"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains(await DoctorAsync(server, 1), f => f is { Level: "error", Check: "permissions" });
        await server.StopAsync();
        Assert.Contains(await DoctorAsync(server, 1), f => f is { Level: "error", Check: "reach" });
    }

    [Fact]
    public async Task The_probe_and_the_view_show_what_clients_get()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        Assert.Equal(1, (await RunAsync(server, "probe", "--key", "probe/canary")).Code);
        foreach (var command in (string[][])[["keyring", "create", "probe"],
            ["key", "create", "canary", "--keyring", "probe", "--purpose", "encryption"]])
            Assert.Equal(0, (await RunAsync(server, command)).Code);
        var (code, output) = await RunAsync(server, "probe", "--key", "probe/canary", "--from", "here");
        Assert.Equal(0, code);
        using (var probe = JsonDocument.Parse(output))
            Assert.True(probe.RootElement.GetProperty("success").GetBoolean());

        var top = RunAsync(server, "top", "--once", "--every", "5s", "--format", "json");
        // Uses all the time, so that some lie between its two looks however long a command takes to start.
        using (var client = new RestClient(server))
            while (await Task.WhenAny(top, Task.Delay(50)) != top)
                await client.PostAsync(Canary + ":encrypt", """{"plaintext":"aGk="}""");
        using var frame = JsonDocument.Parse((await top).Output);
        Assert.True(frame.RootElement.GetProperty("requestsPerSecond").GetDouble() > 0);
        Assert.Contains("cryptoKeys/canary", frame.RootElement.GetProperty("keys")[0].GetProperty("name").GetString());
        Assert.StartsWith("admin@", frame.RootElement.GetProperty("principals")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_probe_that_listens_goes_on_when_the_server_is_gone()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        await RunAsync(server, "keyring", "create", "probe");
        await RunAsync(server, "key", "create", "canary", "--keyring", "probe", "--purpose", "encryption");
        var start = new ProcessStartInfo(KeywardServer.Program,
            ["probe", "--key", "probe/canary", "--from", "here", "--every", "0.2s", "--listen", "127.0.0.1:0"])
        {
            RedirectStandardError = true,
        };
        foreach (var (name, value) in server.AdminEnvironment()) start.Environment[name] = value;
        using var probe = Process.Start(start)!;
        try
        {
            var said = (await probe.StandardError.ReadLineAsync())!;
            using var client = new HttpClient();
            var metrics = new Uri(said.Split(" as ")[1].Split(' ')[0]);
            await UntilAsync(client, metrics, "keyward_probe_success{from=\"here\"} 1");
            server.Kill();
            await UntilAsync(client, metrics, "keyward_probe_success{from=\"here\"} 0");
            await UntilAsync(client, metrics, "outcome=\"unavailable\"");
            using (var kill = Process.Start("kill", ["-TERM", $"{probe.Id}"])) await kill.WaitForExitAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            await probe.WaitForExitAsync(patience.Token);
            Assert.Equal(0, probe.ExitCode);
        }
        finally
        {
            probe.Kill();
            await probe.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Reports_tell_what_happened_and_drills_measure()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        await RunAsync(server, "keyring", "create", "shop");
        await RunAsync(server, "key", "create", "orders", "--keyring", "shop", "--purpose", "encryption",
            "--rotation-period", "2d");
        var (code, output) = await RunAsync(server, "report", "weekly", "--html", _data.In("report.html"));
        Assert.Equal(0, code);
        using (var report = JsonDocument.Parse(output))
        {
            Assert.Contains(report.RootElement.GetProperty("operations").EnumerateArray(),
                o => o.GetProperty("name").GetString() == "create_key");
            Assert.EndsWith("/orders", report.RootElement.GetProperty("due")[0].GetProperty("key").GetString());
            Assert.Equal(1, report.RootElement.GetProperty("budget").GetProperty("availability").GetDouble());
        }

        Assert.Contains("<svg", await File.ReadAllTextAsync(_data.In("report.html")));
        foreach (var drill in (string[])["revoke-version", "revoke-account", "denied", "wrong-clock", "throttled",
            "pending-destruction", "flood"])
        {
            var (drilled, result) = await RunAsync(server, "drill", "run", drill, "--format", "json");
            Assert.True(Measured(drilled, result).GetProperty("milliseconds").GetDouble() > 0, result);
        }

        Assert.Equal(2, (await RunAsync(server, "drill", "run", "nothing")).Code);
        // The records show it, and the accounts that it made are gone.
        Assert.Contains("drill-", (await RunAsync(server, "audit", "export", "--outcome", "denied")).Output);
        Assert.DoesNotContain("ACTIVE\",\"email\":\"drill-", (await RunAsync(server, "service-account", "list")).Output);
    }

    [Fact]
    public async Task Drills_on_the_servers_machine_take_disk_store_and_sink_away_and_give_them_back()
    {
        using var disk = await SmallDisk.MountAsync();
        (string, string)[] settings =
        [
            ("KEYWARD_AUDIT_RESERVE", "2MiB"), ("KEYWARD_AUDIT_SINKS", $"lines=file://{_data.In("audit.jsonl")}"),
        ];
        await using var server = await KeywardServer.StartAsync(disk.In("kms"), environment: settings);
        foreach (var drill in (string[])["disk-full", "store-held", "sink-down"])
        {
            if (drill != "sink-down") Assert.Equal(1, (await RunAsync(server, "drill", "run", drill, "--data", server.Data)).Code);
            var (code, output, errors) = await KeywardServer.RunAsync(KeywardServer.Program, ["drill", "run", drill, "--yes",
                "--data", server.Data, "--out", _data.In("drills"), "--format", "json"], null,
                [.. server.AdminEnvironment(), .. settings]);
            Assert.True(Measured(code, output + errors).GetProperty("recoveredMilliseconds").GetDouble() > 0, output);
        }

        Assert.Equal(3, File.ReadLines(_data.In("drills")).Count(l => l.Contains("\"signal\":true", StringComparison.Ordinal)));
        Assert.Equal(0, (await RunAsync(server, "audit", "tail")).Code);
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(server.Data, "audit")), f => f.Contains("drill"));
    }

    [Fact]
    public async Task A_certificate_that_ends_soon_is_drilled_and_the_right_one_comes_back()
    {
        var (file, key) = (_data.In("server.pem"), _data.In("server.key"));
        using (var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            var request = new CertificateRequest("CN=operator", pair, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            var now = TimeProvider.System.GetUtcNow();
            using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(90));
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(key, pair.ExportPkcs8PrivateKeyPem());
        }

        var before = await File.ReadAllBytesAsync(file);
        (string, string)[] settings = [("KEYWARD_TLS_CERTIFICATE_FILE", file), ("KEYWARD_TLS_KEY_FILE", key)];
        await using var server = await KeywardServer.StartAsync(_data.In("kms"), environment: settings);
        Task<(int Code, string Output, string Errors)> Drill(params string[] more) => KeywardServer.RunAsync(
            KeywardServer.Program, ["drill", "run", "certificate-ends", "--data", server.Data, "--format", "json", .. more],
            null, [.. server.AdminEnvironment(), .. settings]);
        // What points a shell at the server names what it serves.
        Assert.Equal(file, server.AdminEnvironment().Single(v => v.Name == "KEYWARD_CA").Value);
        Assert.Equal(1, (await Drill()).Code);
        var (code, output, errors) = await Drill("--yes");
        Assert.True(Measured(code, output + errors).GetProperty("recoveredMilliseconds").GetDouble() > 0, output);
        Assert.Equal(before, await File.ReadAllBytesAsync(file));
        Assert.False(File.Exists(file + ".drill"));

        // A drill that was killed left what it put aside: no other one takes that for the right certificate.
        await File.WriteAllTextAsync(file + ".drill", "kept");
        var (again, refused, _) = await Drill("--yes");
        Assert.True(again == 1, refused);
        Assert.Equal(before, await File.ReadAllBytesAsync(file));
        Assert.Equal("kept", await File.ReadAllTextAsync(file + ".drill"));
    }

    public void Dispose() => _data.Dispose();

    /// <summary>What a drill measured: its alert's figure has moved. How long that takes is the machine's affair, what
    /// it means the drill's.</summary>
    private static JsonElement Measured(int code, string output)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(output));
        var measured = JsonElement.ParseValue(ref reader);
        Assert.True(measured.GetProperty("failure").ValueKind == JsonValueKind.Null, output);
        Assert.True(measured.GetProperty("signal").GetBoolean(), output);
        var passed = measured.GetProperty("milliseconds").GetDouble()
            <= measured.GetProperty("limitMilliseconds").GetDouble();
        Assert.True(measured.GetProperty("passed").GetBoolean() == passed, output);
        Assert.True(code == (passed ? 0 : 1), output);
        return measured;
    }

    private static async Task UntilAsync(HttpClient client, Uri address, string text)
    {
        await Waiting.UntilAsync(
            async () => (await client.GetStringAsync(address)).Contains(text, StringComparison.Ordinal), text);
    }

    private static async Task<List<(string Level, string Check)>> DoctorAsync(KeywardServer server, int expected)
    {
        var (code, output) = await RunAsync(server, "doctor", "--data", server.Data, "--format", "json");
        Assert.True(expected == code, output);
        using var json = JsonDocument.Parse(output);
        return [.. json.RootElement.GetProperty("items").EnumerateArray().Select(f =>
            (f.GetProperty("level").GetString()!, f.GetProperty("check").GetString()!))];
    }

    private static async Task<(int Code, string Output)> RunAsync(KeywardServer server, params string[] arguments)
    {
        var (code, output, _) = await KeywardServer.RunAsync(
            KeywardServer.Program, arguments, null, server.AdminEnvironment());
        return (code, output);
    }
}
