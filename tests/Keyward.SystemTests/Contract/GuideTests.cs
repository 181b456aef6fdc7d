using System.Text.RegularExpressions;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Runs the commands of the guides, in their order, as a reader would type them.</summary>
public sealed partial class GuideTests
{
    [Theory]
    [InlineData("byok")]
    [InlineData("rotation")]
    [InlineData("envelope-encryption")]
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

    [Fact]
    public async Task The_program_of_the_guide_to_envelopes_seals_and_opens()
    {
        var folder = Path.Combine(KeywardServer.Root, "tests/clients/node");
        var program = await File.ReadAllTextAsync(Path.Combine(folder, "envelope.js"));
        Assert.Contains("```js\n" + program + "```", await File.ReadAllTextAsync(
            Path.Combine(KeywardServer.Root, "docs/guides/envelope-encryption.md")));
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        const string location = "projects/default/locations/us-east-1";
        await admin.PostAsync($"/v1/{location}/keyRings?keyRingId=backups");
        await admin.PostAsync(
            $"/v1/{location}/keyRings/backups/cryptoKeys?cryptoKeyId=files", """{"purpose":"ENCRYPT_DECRYPT"}""");
        var bytes = System.Security.Cryptography.RandomNumberGenerator.GetBytes(300_000);
        await File.WriteAllBytesAsync(data.In("file"), bytes);
        Task<(int Code, string Output, string Errors)> RunAsync(string what, string from, string to) =>
            KeywardServer.RunAsync("node", ["envelope.js", what, $"{location}/keyRings/backups/cryptoKeys/files",
                data.In(from), data.In(to)], folder, server.AdminEnvironment());

        var sealing = await RunAsync("seal", "file", "sealed");
        Assert.True(sealing.Code == 0, sealing.Errors);
        var opening = await RunAsync("open", "sealed", "opened");
        Assert.True(opening.Code == 0, opening.Errors);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(data.In("opened")));

        var damaged = await File.ReadAllBytesAsync(data.In("sealed"));
        damaged[^20] ^= 1;
        await File.WriteAllBytesAsync(data.In("damaged"), damaged);
        Assert.Equal(1, (await RunAsync("open", "damaged", "none")).Code);
        Assert.False(File.Exists(data.In("none")));
    }

    [GeneratedRegex(@"^```sh\n(?<commands>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
