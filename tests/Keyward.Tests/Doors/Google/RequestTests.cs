using System.Text.Json;

namespace Keyward.Tests.Doors.Google;

/// <summary>What Google's documents say of a request's fields, where an easy reading would let something slip.</summary>
public sealed class RequestTests : IAsyncLifetime
{
    private const string Project = "/v1/projects/default";
    private const string Ring = Project + "/locations/global/keyRings/r";

    private OpenDoors _doors = null!;

    public async ValueTask InitializeAsync()
    {
        _doors = await OpenDoors.OpenAsync();
        await _doors.OkAsync("POST", Project + "/locations/global/keyRings?keyRingId=r");
        await _doors.OkAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=sign",
            """{"purpose":"ASYMMETRIC_SIGN","versionTemplate":{"algorithm":"EC_SIGN_P256_SHA256"}}""");
    }

    public ValueTask DisposeAsync() => _doors.DisposeAsync();

    [Theory]
    [InlineData("""{"data":"AAAA","digestCrc32c":"7"}""")]
    [InlineData("""{"digest":{"sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},"dataCrc32c":"7"}""")]
    [InlineData("""{"data":"AAAA","dataCrc32c":"-1"}""")]
    [InlineData("""{"data":"AAAA","dataCrc32c":"4294967296"}""")]
    public async Task A_checksum_of_what_is_not_there_is_never_called_verified(string body) =>
        Assert.Equal((400, "INVALID_ARGUMENT"), await _doors.StatusAsync(
            "POST", Ring + "/cryptoKeys/sign/cryptoKeyVersions/1:asymmetricSign", body));

    [Theory]
    [InlineData("GET", "/keyRings", "")]
    [InlineData("GET", "/retiredResources", "")]
    [InlineData("GET", "", "")]
    [InlineData("GET", "/keyRings/r", "")]
    [InlineData("GET", "/keyRings/r/cryptoKeys", "")]
    [InlineData("POST", "/keyRings?keyRingId=a", "")]
    [InlineData("POST", "/keyRings/r/cryptoKeys?cryptoKeyId=a", """{"purpose":"ENCRYPT_DECRYPT"}""")]
    [InlineData("POST", "/keyRings/r/cryptoKeys/k:encrypt", """{"plaintext":"AAAA"}""")]
    [InlineData("POST", ":generateRandomBytes", """{"lengthBytes":8,"protectionLevel":"HSM"}""")]
    public async Task A_location_that_is_not_served_holds_nothing(string method, string rest, string body) =>
        Assert.Equal((404, "NOT_FOUND"), await _doors.StatusAsync(
            method, Project + "/locations/moon" + rest, body));

    [Fact]
    public async Task Locations_come_in_pages()
    {
        var names = new List<string>();
        var token = "";
        do
        {
            var page = await _doors.OkAsync("GET", $"{Project}/locations?pageSize=2&pageToken={token}");
            var locations = page.GetProperty("locations").EnumerateArray().ToList();
            Assert.InRange(locations.Count, 1, 2);
            names.AddRange(locations.Select(l => l.GetProperty("locationId").GetString()!));
            token = page.TryGetProperty("nextPageToken", out var next) ? next.GetString()! : "";
        }
        while (token.Length > 0);
        var all = await _doors.OkAsync("GET", Project + "/locations");
        Assert.Equal(all.GetProperty("locations").EnumerateArray().Select(l => l.GetProperty("locationId").GetString()),
            names);
        var one = await _doors.OkAsync("GET", Project + "/locations?filter=locationId%3Dglobal");
        Assert.Equal(1, one.GetProperty("locations").GetArrayLength());
    }

    [Theory]
    [InlineData("pageSize=-1")]
    [InlineData("pageToken=none")]
    [InlineData("filter=colour%3Dred")]
    public async Task A_bad_page_of_locations_is_refused(string query) => Assert.Equal((400, "INVALID_ARGUMENT"),
        await _doors.StatusAsync("GET", $"{Project}/locations?{query}"));

    [Theory]
    [InlineData("sign", "EC_SIGN_P256_SHA256", "ASYMMETRIC_SIGN", ":asymmetricSign", """{"data":"AAAA"}""", "useToSign")]
    [InlineData("mac", "HMAC_SHA256", "MAC", ":macSign", """{"data":"AAAA"}""", "useToSign")]
    [InlineData("mac", "HMAC_SHA256", "MAC", ":macVerify", """{"data":"AAAA","mac":"AAAA"}""", "useToVerify")]
    [InlineData("raw", "AES_256_GCM", "RAW_ENCRYPT_DECRYPT", ":rawEncrypt", """{"plaintext":"AAAA"}""", "useToEncrypt")]
    public async Task A_refused_use_names_Googles_right_on_the_key(
        string id, string algorithm, string purpose, string verb, string body, string right)
    {
        if (id != "sign")
            await _doors.OkAsync("POST", $"{Ring}/cryptoKeys?cryptoKeyId={id}",
                $$$"""{"purpose":"{{{purpose}}}","versionTemplate":{"algorithm":"{{{algorithm}}}"}}""");
        var stranger = await Rights.Person.MakeAsync(_doors, "stranger");
        var refused = await stranger.SendAsync("POST", $"{Ring}/cryptoKeys/{id}/cryptoKeyVersions/1{verb}", body);
        var (permission, key) = ($"cloudkms.cryptoKeyVersions.{right}", $"{Ring[4..]}/cryptoKeys/{id}");
        Assert.Equal((403, $"Permission '{permission}' denied on resource '{key}' (or it may not exist)."),
            (refused.Status, refused.Error.GetProperty("message").GetString()));
        var metadata = refused.Detail.GetProperty("metadata");
        Assert.Equal((permission, key), (metadata.GetProperty("permission").GetString(),
            metadata.GetProperty("resource").GetString()));
    }
}
