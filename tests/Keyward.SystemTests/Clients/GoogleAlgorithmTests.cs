using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary>Every algorithm of Google's API by Google's own Node client over both transports; what comes back is
/// judged by OpenSSL and noble, not by us.</summary>
public sealed class GoogleAlgorithmTests
{
    [Fact]
    public async Task Every_algorithm_works_over_both_transports_and_verifies_elsewhere()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        var stranger = await GoogleNodeClientTests.MakeAccountAsync(admin, server, data, "operator");
        var (code, output, errors) = await KeywardServer.RunAsync("node", ["google-algorithms.js"],
            Path.Combine(KeywardServer.Root, "tests/clients/node"),
            [.. server.AdminEnvironment(), ("STRANGER", stranger)]);
        Assert.True(code == 0, errors + server.Errors);

        using var json = JsonDocument.Parse(output);
        var wrong = json.RootElement.GetProperty("wrong").EnumerateObject().ToList();
        Assert.Equal(44, wrong.Count);
        Assert.Empty(wrong.Where(a => a.Value.GetString() != "").Select(a => $"{a.Name}: {a.Value}"));
        foreach (var transport in json.RootElement.GetProperty("refused").EnumerateObject())
            Assert.Empty(transport.Value.EnumerateArray().Select(r => $"{transport.Name}: {r}"));
    }
}
