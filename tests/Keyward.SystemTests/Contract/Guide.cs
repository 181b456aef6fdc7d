using System.Text;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>A guide as a program: its <c>sh</c> blocks are run one after the other in one shell that stops at the first
/// failure, its blocks with a file's name are written before. Other blocks are for reading.</summary>
internal static class Guide
{
    private const string Fence = "```";

    /// <summary>Runs it in a folder; gives what it printed.</summary>
    public static async Task<string> RunAsync(
        string name, string folder, params (string Name, string Value)[] environment)
    {
        var script = new StringBuilder("set -euo pipefail\n");
        foreach (var (info, text) in Blocks(Path.Combine(KeywardServer.Root, "docs/guides", name)))
            if (info is ["sh"]) script.Append(text);
            else if (info.Length == 2) await File.WriteAllTextAsync(Path.Combine(folder, info[1]), text);
        var file = Path.Combine(folder, "guide.sh");
        await File.WriteAllTextAsync(file, script.ToString());
        // The clients' packages, where node looks for them.
        File.CreateSymbolicLink(Path.Combine(folder, "node_modules"),
            Path.Combine(KeywardServer.Root, "tests/clients/node/node_modules"));
        var path = Path.GetDirectoryName(KeywardServer.Program) + ":" + Environment.GetEnvironmentVariable("PATH");
        var (code, output, errors) = await KeywardServer.RunAsync(
            "bash", [file], folder, [.. environment, ("PATH", path)]);
        Assert.True(code == 0, $"{name}:\n{errors}\n{output}");
        return output;
    }

    private static IEnumerable<(string[] Info, string Text)> Blocks(string file)
    {
        string[]? info = null;
        var text = new StringBuilder();
        foreach (var line in File.ReadLines(file))
        {
            if (!line.StartsWith(Fence, StringComparison.Ordinal))
            {
                text.Append(line).Append('\n');
                continue;
            }

            if (info is null) info = line[Fence.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            else
            {
                yield return (info, text.ToString());
                info = null;
            }

            text.Clear();
        }
    }
}
