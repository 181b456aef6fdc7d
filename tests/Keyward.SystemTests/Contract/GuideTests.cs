using System.Text.RegularExpressions;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Runs the commands of the guides, in their order, as a reader would type them.</summary>
public sealed partial class GuideTests
{
    [Theory]
    [InlineData("byok")]
    [InlineData("rotation")]
    public async Task Every_command_of_a_guide_works(string guide)
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var text = await File.ReadAllTextAsync(Path.Combine(KeywardServer.Root, $"docs/guides/{guide}.md"));
        var commands = string.Concat(Block().Matches(text).Select(m => m.Groups["commands"].Value));
        Assert.NotEmpty(commands);
        var script = data.In("guide.sh");
        await File.WriteAllTextAsync(script, "set -euo pipefail\n" + commands);
        var folder = Directory.CreateDirectory(data.In("reader")).FullName;
        var path = Path.GetDirectoryName(KeywardServer.Program) + ":" + Environment.GetEnvironmentVariable("PATH");
        var (code, output, errors) = await KeywardServer.RunAsync("bash", ["-x", script], folder,
            [.. server.AdminEnvironment(), ("PATH", path), ("HOME", folder)]);
        Assert.True(code == 0, $"{output}\n{errors}\n{server.Errors}");
    }

    [GeneratedRegex(@"^```sh\n(?<commands>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
