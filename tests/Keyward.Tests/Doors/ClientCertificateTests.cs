using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Doors;

/// <summary>Who comes by a TLS client certificate, and who does not.</summary>
public sealed class ClientCertificateTests
{
    private const string Subject = "spiffe://acme/web";
    private const string Who = "/keyward/v1/caller";

    private static readonly DateTimeOffset Start = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_key_or_a_uri_that_the_authority_vouches_for_is_recognised()
    {
        await using var doors = await OpenDoors.OpenAsync(new FakeTimeProvider(Start));
        using var authority = new Certificates(Start);
        var email = await MakeAccountAsync(doors);
        using var one = Issue(authority);
        using var other = Issue(authority);
        await AddAsync(doors, email, authority, certificate: one);
        Assert.Equal(email, (await doors.SendAsync("GET", Who, one)).Json.GetProperty("email").GetString());
        Assert.Equal(401, (await doors.SendAsync("GET", Who, other)).Status);

        using var named = Issue(authority, Subject);
        await AddAsync(doors, email, authority, uri: Subject);
        Assert.Equal(email, (await doors.SendAsync("GET", Who, named)).Json.GetProperty("email").GetString());
    }

    [Fact]
    public async Task What_is_not_exactly_that_is_nobody()
    {
        await using var doors = await OpenDoors.OpenAsync(new FakeTimeProvider(Start));
        using var authority = new Certificates(Start);
        using var stranger = new Certificates(Start);
        await AddAsync(doors, await MakeAccountAsync(doors), authority, uri: Subject);
        var (from, to) = (Start.AddDays(-1), Start.AddDays(1));
        X509Certificate2[] refused =
        [
            stranger.Issue(from, to, uris: Subject),
            authority.Issue(from, to, uris: Subject + "/x"),
            authority.Issue(from, to, uris: "spiffe://acme/WEB"),
            authority.Issue(from, to, uris: [Subject, "spiffe://acme/other"]),
            authority.Issue(from, to),
            authority.Issue(from, to, "", Subject),
            authority.Issue(from, to, Certificates.ForServers, Subject),
            authority.Issue(from, Start.AddMinutes(-1), uris: Subject),
            authority.Issue(Start.AddMinutes(1), to, uris: Subject),
        ];
        foreach (var certificate in refused)
        {
            using (certificate) Assert.Equal(401, (await doors.SendAsync("GET", Who, certificate)).Status);
        }
    }

    [Fact]
    public async Task It_counts_until_its_own_end_and_until_its_mapping_is_revoked()
    {
        var time = new FakeTimeProvider(Start);
        await using var doors = await OpenDoors.OpenAsync(time);
        using var authority = new Certificates(Start);
        using var certificate = authority.Issue(Start.AddDays(-1), Start.AddMinutes(30), uris: Subject);
        using var longer = authority.Issue(Start.AddDays(-1), Start.AddDays(30), uris: Subject);
        var email = await MakeAccountAsync(doors);
        var id = await AddAsync(doors, email, authority, uri: Subject);
        Assert.Equal(200, (await doors.SendAsync("GET", Who, certificate)).Status);
        time.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal(401, (await doors.SendAsync("GET", Who, certificate)).Status);

        Assert.Equal(200, (await doors.SendAsync("GET", Who, longer)).Status);
        await OkAsync(doors, $"/keyward/v1/serviceAccounts/{email}/credentials/{id}:setState", """{"state":"REVOKED"}""");
        Assert.Equal(401, (await doors.SendAsync("GET", Who, longer)).Status);
        Assert.NotEqual(id, await AddAsync(doors, email, authority, uri: Subject));
        Assert.Equal(200, (await doors.SendAsync("GET", Who, longer)).Status);
        await OkAsync(doors, $"/keyward/v1/serviceAccounts/{email}:setState", """{"state":"DISABLED"}""");
        Assert.Equal(401, (await doors.SendAsync("GET", Who, longer)).Status);
    }

    [Fact]
    public async Task A_header_speaks_before_the_certificate()
    {
        await using var doors = await OpenDoors.OpenAsync(new FakeTimeProvider(Start));
        using var authority = new Certificates(Start);
        using var certificate = Issue(authority, Subject);
        await AddAsync(doors, await MakeAccountAsync(doors), authority, uri: Subject);
        Assert.Equal(401, (await doors.SendAsync("GET", Who, certificate, "nonsense")).Status);
    }

    [Fact]
    public async Task A_mapping_needs_a_real_authority_and_one_mark()
    {
        await using var doors = await OpenDoors.OpenAsync(new FakeTimeProvider(Start));
        using var authority = new Certificates(Start);
        using var leaf = Issue(authority, Subject);
        using var server = authority.Issue(Start.AddDays(-1), Start.AddDays(1), Certificates.ForServers);
        var email = await MakeAccountAsync(doors);
        var pem = leaf.ExportCertificatePem();
        (string Authorities, string? Certificate, string? Uri)[] bad =
        [
            (pem, pem, null), (pem, null, Subject), ("", null, Subject), ("nonsense", null, Subject),
            (authority.Pem, null, null), (authority.Pem, pem, Subject), (authority.Pem, null, "spiffe://acme/*"),
            (authority.Pem, null, "web"), (authority.Pem, authority.Pem, null),
            (authority.Pem, server.ExportCertificatePem(), null), (authority.Pem, pem + pem, null),
            (string.Concat(Enumerable.Repeat(authority.Pem + "\n", 9)), null, Subject),
        ];
        foreach (var (authorities, certificate, uri) in bad)
            Assert.Equal(400, (await AddAsync(doors, email, authorities, certificate, uri)).Status);
        Assert.Equal(200, (await AddAsync(doors, email, authority.Pem, pem, null)).Status);
        Assert.Equal(409, (await AddAsync(doors, email, authority.Pem, pem, null)).Status);
    }

    private static X509Certificate2 Issue(Certificates authority, params string[] uris) =>
        authority.Issue(Start.AddDays(-1), Start.AddDays(1), uris: uris);

    private static async Task<string> MakeAccountAsync(OpenDoors doors) =>
        (await OkAsync(doors, "/keyward/v1/projects/default/serviceAccounts", """{"name":"web"}"""))
            .GetProperty("email").GetString()!;

    private static async Task<string> AddAsync(OpenDoors doors, string email, Certificates authority,
        X509Certificate2? certificate = null, string? uri = null)
    {
        var reply = await AddAsync(doors, email, authority.Pem, certificate?.ExportCertificatePem(), uri);
        Assert.True(reply.Status == 200, reply.Text);
        return reply.Json.GetProperty("id").GetString()!;
    }

    private static Task<RestReply> AddAsync(
        OpenDoors doors, string email, string authorities, string? certificate, string? uri) => doors.SendAsync(
            "POST", $"/keyward/v1/serviceAccounts/{email}/certificates", JsonSerializer.Serialize(
                new Dictionary<string, string>
                {
                    ["authoritiesPem"] = authorities, ["certificatePem"] = certificate ?? "", ["uri"] = uri ?? "",
                }));

    private static async Task<JsonElement> OkAsync(OpenDoors doors, string path, string body)
    {
        var reply = await doors.SendAsync("POST", path, body);
        Assert.True(reply.Status == 200, reply.Text);
        return reply.Json;
    }
}
