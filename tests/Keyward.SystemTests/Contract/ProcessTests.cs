using System.Net.Sockets;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>What other processes of the same user, and a crash, get to see of the server's memory; what the service's unit
/// leaves it.</summary>
public sealed class ProcessTests : IDisposable
{
    /// <summary>A number without an account, as in containers.</summary>
    private const string Nameless = "65532";

    private readonly TemporaryData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task F51_The_same_user_gets_no_dump_no_environment_and_no_memory()
    {
        var temporary = Directory.CreateDirectory(_data.In("tmp")).FullName;
        await using var server = await KeywardServer.StartAsync(
            _data.In("kms"), "127.0.0.1:0", ("TMPDIR", temporary), ("DOTNET_EnableDiagnostics", ""));
        // A server that was started without the switch starts itself again: what the first one left is a name without anybody
        // behind it.
        foreach (var left in Directory.GetFileSystemEntries(temporary, "dotnet-diagnostic-*"))
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(new UnixDomainSocketEndPoint(left)));
        }

        var limits = await File.ReadAllTextAsync($"/proc/{server.ProcessId}/limits");
        Assert.Matches("Max core file size +0 +0 ", limits);
        // Root, as which tests may run, reads all the same: the next test asks as another user.
        if (Environment.IsPrivilegedProcess) return;
        foreach (var file in (string[])["environ", "mem", "maps"])
            Assert.ThrowsAny<UnauthorizedAccessException>(
                () => File.OpenRead($"/proc/{server.ProcessId}/{file}").ReadByte());
    }

    [Fact]
    public async Task F51_A_process_of_a_nameless_user_under_the_unit_s_filter_serves_and_is_closed_to_that_user()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "becoming another user takes root; without it the test above does this");
        var home = _data.In("home");
        Directory.CreateDirectory(home);
        // The folder above is the tester's own; the user needs a way through it.
        File.SetUnixFileMode(_data.In("."), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.OtherExecute);
        await KeywardServer.RunAsync("chown", [$"{Nameless}:{Nameless}", home]);
        var program = _data.In("program");
        Assert.Equal(0, (await KeywardServer.RunAsync("cp", ["-r", Path.GetDirectoryName(KeywardServer.Program)!, program])).Code);
        foreach (var file in (string[])["deploy/keyward.service", "tests/deploy/unit-filter.py"])
            File.Copy(Path.Combine(KeywardServer.Root, file), _data.In(Path.GetFileName(file)));
        var filtered = $"/usr/bin/python3 {_data.In("unit-filter.py")} {_data.In("keyward.service")}";
        var script = $$"""
            {{filtered}} {{program}}/keyward server --data {{home}}/kms --listen 127.0.0.1:0 > {{home}}/out 2> {{home}}/err &
            server=$!
            for i in $(seq 3000); do grep -q ready {{home}}/out && break; kill -0 $server || { cat {{home}}/err >&2; exit 3; }; sleep 0.1; done
            for file in environ mem maps; do head -c 1 /proc/$server/$file > /dev/null 2>&1 && { echo "read $file"; }; done
            head -c 1 /proc/$$/environ > /dev/null || echo "nothing can be read here at all"
            kill $server; wait $server; echo "ended $?"
            """;
        var (code, output, errors) = await KeywardServer.RunAsync(
            "setpriv", ["--reuid", Nameless, "--regid", Nameless, "--clear-groups", "bash", "-c", script], "/",
            ("HOME", ""), ("DOTNET_EnableDiagnostics", ""));
        Assert.True(code == 0, errors);
        Assert.Equal("ended 0\n", output);
    }

    [Theory]
    [InlineData("ABRT")]
    [InlineData("SEGV")]
    public async Task F52_A_crash_leaves_no_core_and_tells_no_secret(string signal)
    {
        var folder = Directory.CreateDirectory(_data.In("kms")).FullName;
        // The folder for temporary files is everybody's.
        var before = Cores(Path.GetTempPath()).ToHashSet();
        await using var server = await KeywardServer.StartAsync(folder);
        using var client = new RestClient(server);
        Assert.Equal(200, (await client.GetAsync("/v1/projects/default/locations")).Status);
        var secret = server.AdminEnvironment().Single(v => v.Name == "AWS_SECRET_ACCESS_KEY").Value;
        // The runtime takes the first one for itself and restores the default action; a fault of its own needs no second.
        var ended = server.ExitAsync();
        while (!ended.IsCompleted)
        {
            await server.SignalAsync(signal);
            await Task.WhenAny(ended, Task.Delay(100));
        }

        Assert.NotEqual(0, await ended);
        foreach (var place in (string[])[folder, Path.GetTempPath()])
            Assert.Empty(Cores(place).Except(before).Concat(Directory.GetFiles(place, $"*{server.ProcessId}*.dmp")));
        Assert.DoesNotContain(secret, server.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", server.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(await File.ReadAllBytesAsync(Path.Combine(folder, "root.key"))), server.Errors,
            StringComparison.OrdinalIgnoreCase);
    }

    private static string[] Cores(string folder) => Directory.GetFiles(folder, "core*");

    [Fact]
    public async Task F60_A_secret_that_others_can_read_stops_the_start()
    {
        await using (var server = await KeywardServer.StartAsync(_data.In("kms"))) await server.StopAsync();
        foreach (var (file, reader) in ((string, UnixFileMode)[])[("root.key", UnixFileMode.OtherRead),
            ("root.key", UnixFileMode.GroupRead), ("credentials/admin.json", UnixFileMode.OtherRead),
            ("credentials/admin.env", UnixFileMode.OtherRead), ("keyward.db", UnixFileMode.OtherRead)])
        {
            var path = Path.Combine(_data.In("kms"), file);
            var mode = File.GetUnixFileMode(path);
            File.SetUnixFileMode(path, mode | reader);
            var (again, errors) = await KeywardServer.TryStartAsync(_data.In("kms"));
            Assert.Null(again);
            Assert.Contains("chmod 600 " + path, errors, StringComparison.Ordinal);
            File.SetUnixFileMode(path, mode);
        }
    }
}
