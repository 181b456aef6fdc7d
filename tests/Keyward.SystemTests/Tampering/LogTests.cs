using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Tampering;

/// <summary>What happens to who alters, removes or puts back the audit log behind the server's back.</summary>
public sealed class LogTests(LogTests.Made made) : IClassFixture<LogTests.Made>, IDisposable
{
    private readonly TemporaryData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_log_that_was_removed_is_missed()
    {
        await MakeAsync();
        Directory.Delete(LogFolder, recursive: true);
        await ServesNothingAsync("log_missing");
    }

    [Fact]
    public async Task A_log_that_was_put_back_is_refused()
    {
        await MakeAsync();
        var (log, older) = (LogFolder, LogFolder + ".older");
        Copy(log, older);
        await WorkAsync();
        Directory.Delete(log, recursive: true);
        Directory.Move(older, log);
        await ServesNothingAsync("log_rolled_back");
    }

    [Fact]
    public async Task An_older_tree_before_the_newest_journal_is_refused()
    {
        await MakeAsync();
        var (log, older) = (LogFolder, LogFolder + ".older");
        Copy(log, older);
        await WorkAsync();
        Directory.Delete(Path.Combine(older, "journal"), recursive: true);
        Copy(Path.Combine(log, "journal"), Path.Combine(older, "journal"));
        Directory.Delete(log, recursive: true);
        Directory.Move(older, log);
        await ServesNothingAsync("log_rolled_back");
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("tile")]
    [InlineData("journal")]
    public async Task A_log_of_which_a_part_was_removed_is_refused(string part)
    {
        await MakeAsync();
        var path = Path.Combine(LogFolder, part);
        if (File.Exists(path)) File.Delete(path);
        else Directory.Delete(path, recursive: true);
        await ServesNothingAsync("log_altered");
    }

    [Fact]
    public async Task A_checkpoint_that_lost_its_signatures_is_none()
    {
        await MakeAsync();
        var path = Path.Combine(LogFolder, "checkpoint");
        var note = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        var end = note.IndexOf("\n\n", StringComparison.Ordinal) + 2;
        await File.WriteAllTextAsync(path, note[..end], TestContext.Current.CancellationToken);
        var (code, _, errors) = await VerifyAsync(Folder);
        Assert.Equal(1, code);
        Assert.Contains("not a signed checkpoint", errors, StringComparison.Ordinal);
        await ServesNothingAsync("log_altered");
    }

    [Fact]
    public async Task A_journal_that_is_gone_is_missed_offline_where_the_node_writes_and_not_of_a_copy()
    {
        await MakeAsync();
        Assert.Equal(0, (await VerifyAsync(Folder)).Code);
        Copy(LogFolder, _data.In("copy"));
        Directory.Delete(Path.Combine(LogFolder, "journal"), recursive: true);
        Directory.Delete(Path.Combine(_data.In("copy"), "journal"), recursive: true);
        foreach (var place in (string[])[Folder, Path.Combine(Folder, "audit"), LogFolder, LogFolder + "/"])
        {
            var (code, _, errors) = await VerifyAsync(place);
            Assert.Equal(1, code);
            Assert.Contains("The journal is missing.", errors, StringComparison.Ordinal);
        }

        var (copied, output, _) = await VerifyAsync(
            _data.In("copy"), "--vkey", Path.Combine(Folder, "audit/vkey"), "--format", "json");
        Assert.Equal(0, copied);
        Assert.Contains("\"ok\":true", output, StringComparison.Ordinal);
    }

    private static Task<(int Code, string Output, string Errors)> VerifyAsync(params string[] arguments) =>
        KeywardServer.RunAsync(KeywardServer.Program, ["audit", "verify", .. arguments]);

    private string LogFolder => Directory.GetDirectories(Path.Combine(Folder, "audit"), "node-*")
        .Single();

    private string Folder => _data.In("kms");

    private Task MakeAsync() => _data.CopyAsync(made.Folder, "kms");

    private Task WorkAsync() => WorkAsync(Folder);

    private static async Task WorkAsync(string folder)
    {
        await using var server = await KeywardServer.StartAsync(folder);
        using var client = new RestClient(server);
        for (var i = 0; i < 3; i++) Assert.Equal(200, (await client.GetAsync("/v1/projects/default/locations")).Status);
        Assert.Equal(0, await server.StopAsync());
    }

    private async Task ServesNothingAsync(string reason)
    {
        await using var server = await KeywardServer.StartAsync(Folder);
        using var client = new RestClient(server);
        Assert.Equal(503, (await client.GetAsync("/v1/projects/default/locations")).Status);
        var (status, ready) = await client.GetAsync("/readyz");
        Assert.Equal((503, reason), (status, ready.GetProperty("status").GetString()));
        Assert.Contains("keyward audit succeed", ready.GetProperty("message").GetString());
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.GetDirectories(from)) Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    /// <summary>The folder of a server that worked and ended well, to be copied.</summary>
    public sealed class Made : IAsyncLifetime
    {
        private readonly TemporaryData _data = new();

        public string Folder => _data.In("kms");

        public async ValueTask InitializeAsync() => await WorkAsync(Folder);

        public ValueTask DisposeAsync()
        {
            _data.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
