using Keyward.Server;
using Keyward.Server.Development;
using Keyward.Tests.Conformance;

namespace Keyward.Tests.Server.Development;

public sealed class SeedFileTests
{
    private const string Ring = "projects/default/locations/us-east-1/keyRings/shop";

    [Fact]
    public void All_errors_are_found_in_one_reading_each_with_its_place()
    {
        var failure = Assert.Throws<StartException>(() => Read("""
            {
              "deployment": "abc", "clock": "tomorrow", "colour": "red",
              "projects": [{"id": "Shop"}],
              "serviceAccounts": [{"name": "ann", "accessKeys": [{"id": "short"}],
                "roles": [{"role": "roles/none", "on": "projects/default"}]}],
              "keyRings": ["shop"],
              "keys": [
                {"name": "shop/orders"},
                {"name": "projects/default/locations/us-east-1/keyRings/shop/cryptoKeys/a", "algorithm": "ROT13"},
                {"name": "projects/default/locations/us-east-1/keyRings/shop/cryptoKeys/b", "algorithm": "RSA_SIGN_PSS_2048_SHA256"},
                {"name": "projects/default/locations/us-east-1/keyRings/shop/cryptoKeys/c", "id": "x", "primary": 2,
                  "versions": [{"material": "!", "state": "GONE"}], "rotationPeriod": "weekly"}],
              "faults": [{"fault": "418"}]
            }
            """));
        foreach (var place in (string[])
            ["deployment", "clock", "colour", "projects[0].id", "serviceAccounts[0].accessKeys[0].id",
                "serviceAccounts[0].accessKeys[0].secret", "serviceAccounts[0].roles[0].role", "keyRings", "keys[0].name",
                "keys[1].algorithm", "keys[2].material", "keys[3].id", "keys[3].primary", "keys[3].versions[0].material",
                "keys[3].versions[0].state", "keys[3].rotationPeriod", "faults[0].fault"])
            Assert.Contains($": {place}: ", failure.Message);
        Assert.Equal(17, failure.Message.Split('\n').Length);
    }

    [Fact]
    public void What_is_not_given_follows_from_the_text_and_the_name()
    {
        var text = $$"""{"seed": "a", "keys": [{"name": "{{Ring}}/cryptoKeys/k"}, {"name": "{{Ring}}/cryptoKeys/l"}]}""";
        var (first, again, other) = (Read(text), Read(text), Read(text.Replace("\"a\"", "\"b\"", StringComparison.Ordinal)));
        Assert.Equal(first.DeploymentId, again.DeploymentId);
        Assert.Equal(first.Seed.Keys[0].Id, again.Seed.Keys[0].Id);
        Assert.Equal(first.Seed.Keys[0].Versions[0].Material, again.Seed.Keys[0].Versions[0].Material);
        Assert.NotEqual(first.Seed.Keys[0].Versions[0].Material, first.Seed.Keys[1].Versions[0].Material);
        Assert.NotEqual(first.Seed.Keys[0].Versions[0].Material, other.Seed.Keys[0].Versions[0].Material);
        Assert.NotEqual(first.DeploymentId, other.DeploymentId);
    }

    /// <summary>Ciphertexts in teams' repositories depend on it: these bytes never change.</summary>
    [Fact]
    public void The_derivation_is_for_ever()
    {
        var key = Read($$"""{"seed": "a", "keys": [{"name": "{{Ring}}/cryptoKeys/k"}]}""").Seed.Keys[0];
        Assert.Equal("ecb74ea6-1734-4368-8e06-45662c268b36", key.Id.ToString());
        Assert.Equal("b9e3fc9cb66002b5282557d07a66adeb3af62b85ee0e606c3673aaf806c8715d", Convert.ToHexStringLower(key.Versions[0].Material));
    }

    [Fact]
    public void Nothing_is_twice()
    {
        var failure = Assert.Throws<StartException>(() => Read($$"""
            {"keys": [{"name": "{{Ring}}/cryptoKeys/k", "aliases": ["a"]}, {"name": "{{Ring}}/cryptoKeys/k", "aliases": ["a"]}],
             "projects": [{"id": "p"}, {"id": "p"}], "faults": [{"id": "f", "fault": "500"}, {"id": "f", "fault": "500"}]}
            """));
        Assert.Equal(5, failure.Message.Split('\n').Count(l => l.EndsWith("is twice.", StringComparison.Ordinal)));
    }

    private static SeedFile Read(string json)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "seed.json");
        File.WriteAllText(file, json);
        return SeedFile.Read(file);
    }
}
