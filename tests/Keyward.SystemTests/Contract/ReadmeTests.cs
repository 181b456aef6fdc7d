using System.Diagnostics;
using System.Text.RegularExpressions;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>The README's commands, run as written in a fresh clone by somebody whose home is empty. The clone gets the
/// program that was just built, so that it does not build it again; <see cref="LauncherTests"/> let the launcher
/// build.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private readonly TemporaryData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task The_commands_of_the_readme_work_as_written_on_a_fresh_clone()
    {
        var clone = await CloneAsync();
        var blocks = Blocks().Matches(await File.ReadAllTextAsync(Path.Combine(clone, "README.md")))
            .Select(m => (Language: m.Groups[1].Value, Text: m.Groups[2].Value)).ToList();
        var start = blocks[0].Text.Split('\n');
        Assert.StartsWith("./keyward server ", start[0], StringComparison.Ordinal);
        Assert.StartsWith("./test ", start[1], StringComparison.Ordinal);

        using var server = Start(clone, start[0]);
        using var patience = new CancellationTokenSource(KeywardServer.Patience);
        var errors = server.StandardError.ReadToEndAsync(patience.Token);
        var ready = await server.StandardOutput.ReadLineAsync(patience.Token);
        Assert.True(ready?.StartsWith("keyward ready https://", StringComparison.Ordinal), ready ?? await errors);
        Assert.EndsWith($"data={_data.In(".keyward")}", ready, StringComparison.Ordinal);

        // One shell from the first line to the last, as a reader has.
        var script = blocks.Skip(1).Select(b => b.Language == "sh" ? b.Text : $"node - <<'EOF'\n{b.Text}EOF\n");
        using var shell = Start(clone, "set -euo pipefail\n" + string.Concat(script));
        var complaints = shell.StandardError.ReadToEndAsync(patience.Token);
        var output = await shell.StandardOutput.ReadToEndAsync(patience.Token);
        await shell.WaitForExitAsync(patience.Token);
        Assert.True(shell.ExitCode == 0, output + await complaints);
        Assert.Contains("\nhello\n", output, StringComparison.Ordinal);
        // By curl, and by Google's own client: two ciphertexts of one key, which begin alike.
        var byCurl = Regex.Match(output, "\"ciphertext\": ?\"(.{20})").Groups[1].Value;
        Assert.Matches("^Sw[E-H]", byCurl);
        Assert.StartsWith(byCurl, output.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);

        using var kill = Process.Start("kill", ["-TERM", $"{server.Id}"]);
        await server.WaitForExitAsync(patience.Token);
        Assert.Equal(0, server.ExitCode);
    }

    private async Task<string> CloneAsync()
    {
        var clone = _data.In("keyward");
        var (code, _, errors) = await KeywardServer.RunAsync("git", ["clone", "-q", KeywardServer.Root, clone]);
        Assert.True(code == 0, errors);
        // What is being written counts, committed or not.
        foreach (var file in (string[])["README.md", "keyward"])
            File.Copy(Path.Combine(KeywardServer.Root, file), Path.Combine(clone, file), overwrite: true);
        var built = File.GetLastWriteTimeUtc(KeywardServer.Program);
        foreach (var file in Directory.EnumerateFiles(clone, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, built.AddMinutes(-1));
        Directory.CreateDirectory(Path.Combine(clone, ".build"));
        File.CreateSymbolicLink(
            Path.Combine(clone, ".build/current"), Path.GetDirectoryName(KeywardServer.Program)!);
        return clone;
    }

    private Process Start(string clone, string line)
    {
        var start = new ProcessStartInfo("bash", ["-c", line.StartsWith("./", StringComparison.Ordinal) ? "exec " + line : line])
        {
            WorkingDirectory = clone, RedirectStandardOutput = true, RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        KeywardServer.Isolate(start);
        start.Environment["HOME"] = _data.In("");
        // The one difference: a free port instead of the default one.
        start.Environment["KEYWARD_LISTEN"] = "127.0.0.1:0";
        start.Environment["NODE_PATH"] = Path.Combine(KeywardServer.Root, "tests/clients/node/node_modules");
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    [GeneratedRegex("^```(sh|js)\\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
