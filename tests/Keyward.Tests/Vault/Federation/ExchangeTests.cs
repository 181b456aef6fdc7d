using System.Text.Json;
using Keyward.Tests.Doors;
using Keyward.Vault.Federation;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;

namespace Keyward.Tests.Vault.Federation;

/// <summary>What of an issuer's tokens is believed, through the real gate, with an issuer whose keys are given.</summary>
public sealed class ExchangeTests(ExchangeTests.TrustingDoors trusting) : IClassFixture<ExchangeTests.TrustingDoors>
{
    private const string Audience =
        "//iam.googleapis.com/projects/default/locations/global/workloadIdentityPools/test-ci/providers/test-ci";

    private readonly TestIssuer _issuer = trusting.Issuer;
    private readonly OpenDoors _doors = trusting.Doors;

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public async Task A_good_one_becomes_a_principal_with_the_chosen_attributes()
    {
        const string more = """
            ,"repository":"acme/app","run":7,"kubernetes.io":{"namespace":"prod","pod":{"name":"web-1"}}
            """;
        var caller = (await JudgeAsync(_issuer.Rs256(Payload(more)))).Value.Caller;
        const string pool = "iam.googleapis.com/projects/000000000001/locations/global/workloadIdentityPools/test-ci";
        Assert.Equal($"principal://{pool}/subject/repo:acme/app", caller.Member);
        Assert.Equal(["namespace=prod", "pod=web-1", "repository=acme/app"],
            caller.Attributes.Select(a => $"{a.Key}={a.Value}").Order());
        Assert.Contains($"principalSet://{pool}/*", caller.MoreMembers);
        Assert.Contains($"principalSet://{pool}/attribute.repository/acme/app", caller.MoreMembers);
        Assert.Contains("principalSet://iam.googleapis.com/projects/default/locations/global/workloadIdentityPools/" +
            "test-ci/attribute.namespace/prod", caller.MoreMembers);
    }

    [Fact]
    public async Task Elliptic_signatures_and_single_element_audiences_are_taken()
    {
        Assert.True((await JudgeAsync(_issuer.Es256(Payload()))).IsOk);
        var https = "https:" + Audience;
        Assert.True((await JudgeAsync(_issuer.Rs256(Payload(audience: $"[\"{https}\"]")))).IsOk);
        Assert.True((await JudgeAsync(
            _issuer.Rs256(Payload($",\"azp\":\"{https}\"", audience: $"[\"{https}\",\"x\"]")))).IsOk);
    }

    public static TheoryData<string> Headers =>
    [
        """{"alg":"none"}""", """{"alg":"rs256","kid":"r1"}""", """{"alg":"RS512","kid":"r1"}""",
        """{"alg":"PS256","kid":"r1"}""", """{"alg":"ES256","kid":"r1"}""", """{"alg":"RS256","kid":"e1"}""",
        """{"alg":"RS256","kid":"other"}""", """{"alg":"RS256","kid":"r1","crit":["exp"]}""",
        """{"alg":"RS256","kid":"r1","b64":false}""", """{"alg":"RS256","alg":"RS256","kid":"r1"}""",
        """{"alg":"RS256","kid":"r1","typ":"at+jwt"}""", """{"alg":"RS256","kid":7}""", """["RS256"]""",
    ];

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task A_header_that_asks_for_anything_else_is_refused(string header) =>
        Assert.False((await JudgeAsync(_issuer.Rs256(Payload(), header))).IsOk);

    [Fact]
    public async Task A_key_of_the_attackers_in_the_header_is_not_even_read()
    {
        using var attacker = new TestIssuer();
        foreach (var name in (string[])["jku", "x5u", "jwk", "x5c"])
        {
            var header = $$"""{"alg":"RS256","kid":"r1","{{name}}":{{(name is "jwk" ? JwkOf(attacker) : "\"https://127.0.0.1:1/keys\"")}}}""";
            Assert.False((await JudgeAsync(attacker.Rs256(Payload(), header))).IsOk);
            // By the right key the same header is harmless: what it says of keys is ignored.
            Assert.True((await JudgeAsync(_issuer.Rs256(Payload(), header))).IsOk);
        }

        Assert.False((await JudgeAsync(_issuer.Hs256(Payload()))).IsOk);
    }

    public static TheoryData<string> Payloads
    {
        get
        {
            var (now, ours) = (Now, "\"https:" + Audience + "\"");
            string Make(string sub, string iss, string aud, object iat, object exp, string more = "") =>
                $$"""{"iss":"{{iss}}","sub":{{sub}},"aud":{{aud}},"iat":{{iat}},"exp":{{exp}},"owner":"acme"{{more}}}""";
            const string good = "\"repo:acme/app\"";
            return
            [
                Make(good, "https://other.example", ours, now, now + 60),
                Make(good, TestIssuer.Uri + "/", ours, now, now + 60),
                Make(good, TestIssuer.Uri, "\"https://other.example\"", now, now + 60),
                Make(good, TestIssuer.Uri, $"[{ours},\"x\"]", now, now + 60),
                Make(good, TestIssuer.Uri, $"[{ours},\"x\"]", now, now + 60, ",\"azp\":\"x\""),
                Make(good, TestIssuer.Uri, "[]", now, now + 60),
                Make(good, TestIssuer.Uri, "7", now, now + 60),
                Make(good, TestIssuer.Uri, ours, now - 900, now - 301),
                Make(good, TestIssuer.Uri, ours, now + 4_000, now + 4_500),
                Make(good, TestIssuer.Uri, ours, now, now + 86_401),
                Make(good, TestIssuer.Uri, ours, now, "1e308"),
                Make(good, TestIssuer.Uri, ours, now, $"{now + 60}.5"),
                Make(good, TestIssuer.Uri, ours, now, $"\"{now + 60}\""),
                Make(good, TestIssuer.Uri, ours, now, now + 60, $",\"nbf\":{now + 4_000}"),
                Make(good, TestIssuer.Uri, ours, now, now + 60, ",\"iss\":\"x\""),
                Make("\"\"", TestIssuer.Uri, ours, now, now + 60),
                Make("7", TestIssuer.Uri, ours, now, now + 60),
                Make($"\"{new string('s', 256)}\"", TestIssuer.Uri, ours, now, now + 60),
                Make("\"a\\u0007b\"", TestIssuer.Uri, ours, now, now + 60),
                Make("\"\\ud800\"", TestIssuer.Uri, ours, now, now + 60),
                Make(good, TestIssuer.Uri, ours, now, now + 60, $",\"repository\":\"{new string('r', 257)}\""),
                Make(good, TestIssuer.Uri, ours, now, now + 60, ",\"email\":\"a@b.example\""),
                Make(good, TestIssuer.Uri, ours, now, now + 60, ",\"email\":\"a@b.example\",\"email_verified\":false"),
                Make(good, TestIssuer.Uri, ours, now, now + 60, ",\"email\":\"a@b\",\"email_verified\":\"true\""),
                Make(good, TestIssuer.Uri, ours, now, now + 60, ",\"x\":[[[[[[[[[1]]]]]]]]]"),
                Make(good, TestIssuer.Uri, ours, now, now + 60).Replace("\"acme\"", "\"acme2\"", StringComparison.Ordinal),
                Make(good, TestIssuer.Uri, ours, now, now + 60).Replace("\"acme\"", "[\"acme\"]", StringComparison.Ordinal),
                Make(good, TestIssuer.Uri, ours, now, now + 60).Replace(",\"owner\":\"acme\"", "", StringComparison.Ordinal),
                $$"""{"iss":"{{TestIssuer.Uri}}","sub":{{good}},"iat":{{now}},"exp":{{now + 60}},"owner":"acme"}""",
            ];
        }
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public async Task A_payload_that_is_not_wholly_right_is_refused(string payload) =>
        Assert.False((await JudgeAsync(_issuer.Rs256(payload))).IsOk);

    [Theory]
    [InlineData("")]
    [InlineData("test-ci")]
    [InlineData("//iam.googleapis.com/projects/other/locations/global/workloadIdentityPools/test-ci/providers/test-ci")]
    [InlineData("//iam.googleapis.com/projects/default/locations/global/workloadIdentityPools/nobody/providers/nobody")]
    [InlineData("//iam.googleapis.com/projects/default/locations/global/workloadIdentityPools/test-ci/providers/x")]
    public async Task An_audience_that_means_no_issuer_of_ours_is_refused(string audience) =>
        Assert.False((await JudgeAsync(_issuer.Rs256(Payload()), audience)).IsOk);

    [Fact]
    public async Task A_token_of_ours_ends_with_the_issuer_even_if_that_is_added_again()
    {
        const string condition = """ "conditions":[{"claim":"owner","values":["acme"]}] """;
        var audience = Audience.Replace("test-ci", "gone-ci", StringComparison.Ordinal);
        await trusting.AddAsync("gone-ci", condition);
        var exchanged = (await JudgeAsync(
            _issuer.Rs256(Payload(audience: $"\"https:{audience}\"")), audience)).Value;
        var arrival = _doors.Gate.Receive(Door.Token, new Source("127.0.0.1", 1, null, null), null);
        var issued = (await _doors.Gate.PassAsync(arrival, exchanged.Caller,
            new IssueToken(TimeSpan.FromHours(1), exchanged.Expires), CancellationToken.None)).Value;
        Assert.True(AccessToken.HasForm(issued.Token));
        Assert.True(issued.Expires <= exchanged.Expires);
        Assert.Equal(200, (await _doors.SendAsync("GET", "/keyward/v1/caller", [], issued.Token)).Status);
        Assert.Equal(200, (await _doors.SendAsync("DELETE", "/keyward/v1/issuers/gone-ci")).Status);
        Assert.Equal(401, (await _doors.SendAsync("GET", "/keyward/v1/caller", [], issued.Token)).Status);
        await trusting.AddAsync("gone-ci", condition);
        Assert.Equal(401, (await _doors.SendAsync("GET", "/keyward/v1/caller", [], issued.Token)).Status);
    }

    [Theory]
    [InlineData("https://token.actions.githubusercontent.com", false, "")]
    [InlineData("https://gitlab.com", false, "")]
    [InlineData("https://own.example", true, "")]
    [InlineData("https://gitlab.com", false, "\"conditions\":[{\"claim\":\"aud\",\"values\":[\"x\"]}],")]
    [InlineData("http://own.example", false, "")]
    [InlineData("https://user@own.example", false, "")]
    [InlineData("https://own.example?x", false, "")]
    [InlineData("https://own.example", false, "\"algorithms\":[\"HS256\"],")]
    [InlineData("https://own.example", false, "\"algorithms\":[\"none\"],")]
    [InlineData("https://own.example", false, "\"attributes\":{\"A B\":\"x\"},")]
    [InlineData("https://own.example", false, "\"keys\":\"{}\",")]
    [InlineData("https://own.example", false, "\"keysUri\":\"http://own.example/keys\",")]
    public async Task An_issuer_that_would_let_in_the_world_is_not_added(string uri, bool shared, string more)
    {
        var reply = await _doors.SendAsync("POST", "/keyward/v1/issuers",
            $$"""{"id":"another",{{more}}"project":"default","issuerUri":"{{uri}}","shared":{{(shared ? "true" : "false")}}}""");
        Assert.Equal((400, "INVALID_ARGUMENT"), (reply.Status, reply.Reason));
    }

    private async Task<Outcome<ExchangedCaller>> JudgeAsync(string token, string audience = Audience)
    {
        var arrival = _doors.Gate.Receive(Door.Token, new Source("127.0.0.1", 1, null, null), null);
        return await _doors.Gate.IdentifyAsync(arrival, new FederatedProof(token, audience), CancellationToken.None);
    }

    private static string Payload(string more = "", string? audience = null) =>
        $$"""
        {"iss":"{{TestIssuer.Uri}}","sub":"repo:acme/app","aud":{{audience ?? $"\"https:{Audience}\""}},
         "iat":{{Now}},"exp":{{Now + 600}},"owner":"acme"{{more}}}
        """;

    private static string JwkOf(TestIssuer issuer)
    {
        using var json = JsonDocument.Parse(issuer.Keys);
        return json.RootElement.GetProperty("keys")[0].GetRawText();
    }

    /// <summary>One deployment for all of these tests, which trusts one issuer.</summary>
    public sealed class TrustingDoors : IAsyncLifetime
    {
        internal TestIssuer Issuer { get; } = new();

        internal OpenDoors Doors { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Doors = await OpenDoors.OpenAsync();
            await AddAsync("test-ci", """
                "attributes":{"repository":"repository","namespace":"kubernetes.io/namespace",
                "pod":"kubernetes.io/pod/name","mail":"email"},
                "conditions":[{"claim":"owner","values":["acme","acme-labs"]}]
                """);
        }

        public async ValueTask DisposeAsync()
        {
            await Doors.DisposeAsync();
            Issuer.Dispose();
        }

        internal async Task AddAsync(string id, string more)
        {
            var keys = JsonSerializer.Serialize(Issuer.Keys);
            var reply = await Doors.SendAsync("POST", "/keyward/v1/issuers",
                $$"""{"id":"{{id}}","project":"default","issuerUri":"{{TestIssuer.Uri}}","keys":{{keys}},{{more}}}""");
            Assert.True(reply.Status == 200, reply.Text);
        }
    }
}
