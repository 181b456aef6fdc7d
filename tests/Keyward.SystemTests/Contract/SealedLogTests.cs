using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Logs of others, sealed by a key of a real server: what happens to them afterwards is found, and what lies
/// among them does not stop the sealing.</summary>
public sealed class SealedLogTests(SharedServer shared) : IClassFixture<SharedServer>, IAsyncLifetime
{
    private static int _rings;

    private readonly string _ring = $"sealed-{Interlocked.Increment(ref _rings)}";
    private readonly TemporaryData _data = new();

    private string Logs => _data.In("logs");

    private string Tree => _data.In("tree");

    public async ValueTask InitializeAsync()
    {
        await SaidAsync(0, "", "keyring", "create", _ring);
        await SaidAsync(0, "", "key", "create", "seal", "--keyring", _ring, "--purpose", "asymmetric-signing",
            "--default-algorithm", "ec-sign-ed25519");
        Directory.CreateDirectory(Logs);
        Write("1.log", "one\ntwo\n");
        Write("2.log", "three\n");
        Write("3.log", "four\nfi");
    }

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_folder_goes_on_being_sealed_while_it_grows()
    {
        await SaidAsync(0, "has no line end yet", Sealing(Logs));
        Assert.Equal((4, 0), await SealAsync());
        File.AppendAllText(In("3.log"), "ve\n");
        Write("4.log", "six\n");
        Assert.Equal((6, 2), await SealAsync());
        Assert.Equal((6, 0), await SealAsync());
        Write("5.log", "seven\n");
        var verified = await VerifyAsync(0, "");
        Assert.Equal((6, 1), (verified.GetProperty("size").GetInt64(), verified.GetProperty("unsealed").GetInt64()));
    }

    [Theory]
    [InlineData("changed", "Line 3 is not the one that was sealed.")]
    [InlineData("added before", "Line 3 is not the one that was sealed.")]
    [InlineData("renamed", "Line 1 is not the one that was sealed.")]
    [InlineData("removed", "The log has 3 lines, but 4 of it are sealed: it was cut.")]
    [InlineData("replaced by a link", "The log has 3 lines, but 4 of it are sealed: it was cut.")]
    [InlineData("cut", "The log has 3 lines, but 4 of it are sealed: it was cut.")]
    public async Task What_is_done_to_a_sealed_file_is_found_by_both_commands(string what, string said)
    {
        await SealAsync();
        switch (what)
        {
            case "changed": Write("2.log", "THREE\n"); break;
            case "added before": Write("1a.log", "between\n"); break;
            case "renamed": File.Move(In("2.log"), In("0.log")); break;
            case "removed": File.Delete(In("3.log")); break;
            case "replaced by a link":
                File.Move(In("3.log"), _data.In("elsewhere"));
                File.CreateSymbolicLink(In("3.log"), _data.In("elsewhere"));
                break;
            default: Write("3.log", "fo"); break;
        }

        await VerifyAsync(1, said);
        await SaidAsync(1, said, Sealing(Logs));
        // The tree alone still holds what was sealed.
        Assert.Equal(4, (await SaidAsync(0, "", "log", "verify", Tree)).GetProperty("size").GetInt64());
    }

    [Theory]
    [InlineData("tile/entries/000.p/4", "Entry 3 of ")]
    [InlineData("tile/0/000.p/4", "The tiles of ")]
    [InlineData("checkpoint", "checkpoint")]
    public async Task What_is_done_to_the_tree_is_found_and_nothing_more_is_sealed(string file, string said)
    {
        await SealAsync();
        var bytes = await File.ReadAllBytesAsync(Path.Combine(Tree, file));
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(Tree, file), bytes);
        await SaidAsync(1, "does not", "log", "verify", Tree);
        await SaidAsync(1, said, Sealing(Logs));
    }

    [Fact]
    public async Task A_log_is_gone_on_with_after_its_key_got_a_new_version_while_the_old_one_is_enabled()
    {
        await SealAsync();
        File.Copy(Path.Combine(Tree, "vkey"), _data.In("first"));
        await SaidAsync(0, "", "version", "create", "--key", "seal", "--keyring", _ring);
        Write("4.log", "six\n");
        Assert.Equal((6, 2), await SealAsync());
        await VerifyAsync(0, "");
        Assert.Equal(2, (await File.ReadAllLinesAsync(Path.Combine(Tree, "vkey"))).Length);
        await SaidAsync(1, "none of its signatures is by a known key", "log", "verify", Tree, "--vkey", _data.In("first"));
        // By hand as before: each of the key's versions knows what the others sealed.
        Write("5.log", "seven\n");
        await SaidAsync(0, "", [.. Sealing(Logs), "--version", "1"]);
        await SaidAsync(0, "", "log", "verify", Tree, "--vkey", _data.In("first"));
        await SaidAsync(0, "", "version", "disable", "1", "--key", "seal", "--keyring", _ring);
        await SaidAsync(1, "let its versions be enabled", Sealing(Logs));
    }

    [Fact]
    public async Task Another_key_is_told_and_a_source_that_is_missing_makes_no_tree()
    {
        await SealAsync();
        await SaidAsync(0, "", "key", "create", "other", "--keyring", _ring, "--purpose", "asymmetric-signing",
            "--default-algorithm", "ec-sign-ed25519");
        await SaidAsync(1, "Seal with the key that the log began with",
            "log", "sign", Logs, "--tree", Tree, "--key", "other", "--keyring", _ring);
        await SaidAsync(1, "There is no file or folder",
            "log", "sign", In("none"), "--tree", _data.In("new"), "--key", "seal", "--keyring", _ring);
        Assert.False(Path.Exists(_data.In("new")));
    }

    [Fact]
    public async Task Pipes_sockets_links_and_folders_among_the_files_hold_up_nothing()
    {
        using (var made = Process.Start("mkfifo", [In("0.fifo")])) await made.WaitForExitAsync();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(In("1.sock")));
        File.CreateSymbolicLink(In("latest.log"), In("3.log"));
        Directory.CreateDirectory(In("old"));
        const string LeftOut = "left out: 0.fifo (a pipe), 1.sock (a socket or device), latest.log (a link), old (a folder).";
        var sealedNow = await SaidAsync(0, LeftOut, Sealing(Logs));
        Assert.Equal(4, sealedNow.GetProperty("size").GetInt64());
        await VerifyAsync(0, LeftOut);
        await SaidAsync(1, "is a pipe, not a file.", Sealing(In("0.fifo")));
        await SaidAsync(1, "is a socket or device, not a file.", Sealing(In("1.sock")));
        await SaidAsync(1, "is a pipe, not a file.", "log", "verify", Tree, In("0.fifo"));
        await SaidAsync(1, "is a device, not a file.", Sealing("/dev/zero"));
    }

    [Fact]
    public async Task What_cannot_be_read_or_is_too_long_is_refused_and_what_is_empty_or_large_is_sealed()
    {
        File.SetUnixFileMode(In("2.log"), UnixFileMode.None);
        // The superuser reads it all the same.
        if (Environment.UserName != "root") await SaidAsync(1, "2.log cannot be read: Permission denied.", Sealing(Logs));
        File.SetUnixFileMode(In("2.log"), UnixFileMode.UserRead);
        Write("1.log", "");
        Write("3.log", string.Concat(Enumerable.Range(0, 40_000).Select(i => $"line {i}\n")));
        Assert.Equal((40_001, 40_001), await SealAsync());
        Write("4.log", "");
        Assert.Equal((40_001, 0), await SealAsync());
        Write("5.log", new string('x', 200_000));
        await SaidAsync(1, "Line 40002 of ", Sealing(Logs));
        Assert.Equal(40_001, (await SaidAsync(0, "", "log", "verify", Tree)).GetProperty("size").GetInt64());
        Directory.CreateDirectory(_data.In("nothing"));
        var none = await SaidAsync(0, "", "log", "sign", _data.In("nothing"), "--tree", _data.In("none"), "--key", "seal",
            "--keyring", _ring);
        Assert.Equal(0, none.GetProperty("size").GetInt64());
        await SaidAsync(0, "", "log", "verify", _data.In("none"), _data.In("nothing"));
    }

    private string In(string name) => Path.Combine(Logs, name);

    private void Write(string name, string text) => File.WriteAllText(In(name), text);

    private string[] Sealing(string source) =>
        ["log", "sign", source, "--tree", Tree, "--key", "seal", "--keyring", _ring];

    private async Task<(long Size, long Added)> SealAsync()
    {
        var answer = await SaidAsync(0, "", Sealing(Logs));
        return (answer.GetProperty("size").GetInt64(), answer.GetProperty("added").GetInt64());
    }

    private Task<JsonElement> VerifyAsync(int code, string said) => SaidAsync(code, said, "log", "verify", Tree, Logs);

    /// <summary>Runs a command that must end so and say that.</summary>
    private async Task<JsonElement> SaidAsync(int code, string said, params string[] arguments)
    {
        var (actual, output, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            [.. arguments, "--format", "json"], null, shared.Server.AdminEnvironment());
        Assert.True(actual == code, $"{string.Join(' ', arguments)}: {output}{errors}");
        Assert.Contains(said, errors, StringComparison.Ordinal);
        return output.Length == 0 ? default : JsonDocument.Parse(output).RootElement;
    }
}
