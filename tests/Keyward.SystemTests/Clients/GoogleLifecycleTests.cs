using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary>Rotation, imports and deletions by Google's official Node client, over both of its transports; Node's own
/// cryptography wraps the keys and checks what the server then does with them.</summary>
public sealed class GoogleLifecycleTests
{
    [Theory]
    [InlineData("grpc")]
    [InlineData("rest")]
    public async Task Keys_rotate_come_in_and_go(string transport)
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var (code, output, errors) = await KeywardServer.RunAsync("node", ["google-lifecycle.js", transport],
            Path.Combine(KeywardServer.Root, "tests/clients/node"), server.AdminEnvironment());
        Assert.True(code == 0, output + errors + server.Errors);

        using var json = JsonDocument.Parse(output);
        var result = json.RootElement;
        foreach (var step in (string[])["scheduleGoesOn", "cleared", "operationDone", "retired"])
            Assert.True(result.GetProperty(step).GetBoolean(), step);
        (string Step, string Expected)[] steps =
        [
            ("newAlgorithm", "\"HMAC_SHA512\""), ("macSchedule", "3"), ("generate", "9"), ("macs", "[true,true]"),
            ("signs", "[true,true,true,true]"),
            ("failed", """["IMPORT_FAILED","The key has 31 bytes; the algorithm needs 32."]"""),
            ("repaired", """["ENABLED",false]"""), ("badImports", "[3,3,3,5,9]"), ("jobs", """["behind","direct"]"""),
            ("tooEarly", "9"), ("versionGone", "5"), ("keyGone", "5"), ("nameTaken", "6"),
        ];
        foreach (var (step, expected) in steps)
            Assert.Equal((step, expected), (step, result.GetProperty(step).GetRawText()));
        foreach (var refused in result.GetProperty("update").EnumerateObject())
            Assert.Equal((refused.Name, 3), (refused.Name, refused.Value.GetInt32()));
        Assert.Equal(8, result.GetProperty("update").EnumerateObject().Count());
    }
}
