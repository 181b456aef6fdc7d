using CsCheck;
using Keyward.Doors.Rpc;

namespace Keyward.Tests.Doors.Rpc;

public sealed class PathTemplateTests
{
    private const string Key = "/v1/{name=projects/*/locations/*/keyRings/*/cryptoKeys/*}";

    [Theory]
    [InlineData(Key, "/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k", "projects/p/locations/l/keyRings/r/cryptoKeys/k")]
    [InlineData(Key + ":decrypt", "/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k:decrypt", "projects/p/locations/l/keyRings/r/cryptoKeys/k")]
    [InlineData("/v1/{name=projects/*/keys/**}:encrypt", "/v1/projects/p/keys/k/versions/1:encrypt", "projects/p/keys/k/versions/1")]
    [InlineData("/v1/{name=projects/*}/locations", "/v1/projects/p/locations", "projects/p")]
    public void Matches_and_binds(string template, string path, string expected)
    {
        var (segments, verb) = PathTemplate.Split(path);
        Assert.Equal(expected, new PathTemplate(template).Match(segments, verb)!["name"]);
    }

    [Theory]
    [InlineData("/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k:destroy")]
    [InlineData("/v1/projects/p/locations/l/keyRings/r/cryptoKeys")]
    [InlineData("/v1/projects/p/locations/l/keyRings/r/cryptoKeys/")]
    [InlineData("/v1/projects//locations/l/keyRings/r/cryptoKeys/k")]
    [InlineData("/v2/projects/p/locations/l/keyRings/r/cryptoKeys/k")]
    public void Leaves_other_paths_alone(string path)
    {
        var (segments, verb) = PathTemplate.Split(path);
        Assert.Null(new PathTemplate(Key).Match(segments, verb));
    }

    [Fact]
    public void No_path_makes_it_throw() => Gen.String[Gen.Char["/:*{}a.%"], 0, 60].Sample(text =>
    {
        var (segments, verb) = PathTemplate.Split("/" + text);
        _ = new PathTemplate(Key).Match(segments, verb);
    });
}
