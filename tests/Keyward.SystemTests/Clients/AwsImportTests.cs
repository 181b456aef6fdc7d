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
    public async Task Every_kind_of_key_takes_its_own_material_again_and_again()
    {
        var used = await RunAsync("kinds", "used");
        Assert.Equal(Kinds, used.Count);
        Assert.All(used, kind => Assert.True(kind.Value.GetBoolean(), kind.Name));
    }

    [Fact]
    public async Task Every_wrapping_works_but_those_that_are_refused_for_good()
    {
        var wrapped = await RunAsync("wrappings", "wrapped");
        Assert.Equal(6 + Unsupported.Length, wrapped.Count);
        Assert.All(wrapped, way => Assert.Equal((way.Name, Unsupported.Contains(way.Name)
            ? "UnsupportedOperationException" : "ok"), (way.Name, way.Value.GetString())));
    }

    [Fact]
    public async Task Material_that_no_key_must_take_is_refused_and_leaves_nothing()
    {
        var refused = await RunAsync("spoilt", "refused");
        Assert.Equal(29, refused.Count);
        Assert.All(refused, material => Assert.Equal(
            (material.Name, "IncorrectKeyMaterialException"), (material.Name, material.Value.GetString())));
    }

    private static async Task<List<JsonProperty>> RunAsync(string part, string member)
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var (code, output, errors) = await KeywardServer.RunAsync("node", ["aws-import.js", part],
            Path.Combine(KeywardServer.Root, "tests/clients/node"), server.AdminEnvironment());
        Assert.True(code == 0, errors + server.Errors);
        var result = JsonDocument.Parse(output).RootElement;
        Assert.False(result.TryGetProperty("failed", out var failure), failure.ToString());
        return [.. result.GetProperty(member).EnumerateObject()];
    }
}
