using System.Text.Json;
using Keyward.Doors.Google;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary>Every method that Google's clients have, called by its newest and by the oldest version that is promised,
/// over both transports: it answers, or it is refused with what to do instead.</summary>
public sealed class GoogleSurfaceTests
{
    /// <summary>Googles client cannot read a location's metadata over REST (google-cloud-node issue 4366).</summary>
    private static readonly string[] UnreadableOverRest = ["getLocation", "listLocations"];

    [Theory]
    [InlineData("newest")]
    [InlineData("oldest")]
    public async Task Every_method_answers_or_says_what_to_do_instead(string version)
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        foreach (var transport in (string[])["grpc", "rest"])
        {
            var (code, output, errors) = await KeywardServer.RunAsync("node", ["google-surface.js", version, transport],
                Path.Combine(KeywardServer.Root, "tests/clients/node"), server.AdminEnvironment());
            Assert.True(code == 0, errors + server.Errors);
            using var json = JsonDocument.Parse(output);
            Judge(json.RootElement, version, transport);
        }

        using var rest = new RestClient(server);
        foreach (var path in (string[])["/v1/projects/default/locations", "/v1/projects/default/locations/us-east-1"])
            Assert.Equal(200, (await rest.GetAsync(path)).Status);
    }

    private static void Judge(JsonElement result, string version, string transport)
    {
        Assert.Empty(result.GetProperty("newer").EnumerateArray());
        var codes = result.GetProperty("codes").EnumerateObject().ToDictionary(c => c.Name, c => c.Value.GetInt32());
        var absent = result.GetProperty("absent").EnumerateArray().Select(m => m.GetString()!).ToHashSet();
        foreach (var name in SurfaceList.Offered.Concat(SurfaceList.Refused))
            Assert.True(codes.ContainsKey(name) || absent.Contains(name), $"{name} was not called.");
        foreach (var (name, code) in codes)
        {
            if (transport == "rest" && UnreadableOverRest.Contains(name)) continue;
            var sentence = result.GetProperty("sentences").TryGetProperty(name, out var said) ? said.GetString()! : "";
            var isRefused = SurfaceList.Refused.Contains(name);
            Assert.True(code == (isRefused ? 12 : 0), $"{version} {transport} {name}: {code} {sentence}");
            if (isRefused) Assert.Contains("is not offered by this server. ", sentence);
        }
    }
}
