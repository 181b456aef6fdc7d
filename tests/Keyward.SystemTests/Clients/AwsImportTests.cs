using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary>Own material through AWS's official Node client, unmodified: <c>aws-import.js</c>.</summary>
public sealed class AwsImportTests
{
    private const int Kinds = 22;

    private static readonly string[] Unsupported =
        ["RSAES_PKCS1_V1_5 RSA_2048", "SM2PKE SM2", "RSAES_OAEP_SHA_256 SM2"];

    [Fact]
    public async Task Every_kind_of_key_takes_its_own_material_in_every_wrapping_and_no_other()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var (code, output, errors) = await KeywardServer.RunAsync("node", ["aws-import.js"],
            Path.Combine(KeywardServer.Root, "tests/clients/node"), server.AdminEnvironment());
        Assert.True(code == 0, errors + server.Errors);
        var result = JsonDocument.Parse(output).RootElement;
        Assert.False(result.TryGetProperty("failed", out var failure), failure.ToString());

        var used = result.GetProperty("used").EnumerateObject().ToList();
        Assert.Equal(Kinds, used.Count);
        Assert.All(used, kind => Assert.True(kind.Value.GetBoolean(), kind.Name));
        var wrapped = result.GetProperty("wrapped").EnumerateObject().ToList();
        Assert.Equal(12 + Unsupported.Length, wrapped.Count);
        Assert.All(wrapped, way => Assert.Equal((way.Name, Unsupported.Contains(way.Name)
            ? "UnsupportedOperationException" : "ok"), (way.Name, way.Value.GetString())));
        var refused = result.GetProperty("refused").EnumerateObject().ToList();
        Assert.Equal(29, refused.Count);
        Assert.All(refused, material => Assert.Equal(
            (material.Name, "IncorrectKeyMaterialException"), (material.Name, material.Value.GetString())));
    }
}
