using Keyward.SystemTests.Clients;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

public sealed class CredentialTests
{
    private const string Locations = "/v1/projects/default/locations";

    [Fact]
    public async Task The_token_endpoint_exchanges_an_assertion_and_tells_no_reason_for_a_bad_one()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        var keyFile = data.In("kms/credentials/admin.json");
        async Task<(int Status, string Body)> ExchangeAsync(string assertion, string grant = "urn:ietf:params:oauth:grant-type:jwt-bearer")
        {
            using var form = new FormUrlEncodedContent(
                new Dictionary<string, string> { ["grant_type"] = grant, ["assertion"] = assertion });
            using var answer = await admin.Http.PostAsync(new Uri("/token", UriKind.Relative), form);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        var (status, body) = await ExchangeAsync(
            RestClient.Assertion(keyFile, DateTimeOffset.UtcNow, $"https://{server.Address}/token"));
        Assert.Equal(200, status);
        var token = System.Text.Json.JsonDocument.Parse(body).RootElement;
        Assert.Equal("Bearer", token.GetProperty("token_type").GetString());
        using (var request = new HttpRequestMessage(HttpMethod.Get, Locations))
        {
            request.Headers.Authorization = new("Bearer", token.GetProperty("access_token").GetString());
            using var answer = await admin.Http.SendAsync(request);
            Assert.True(answer.IsSuccessStatusCode);
        }

        // As google-auth for Python and Java, and gcloud, ask: for a token, and for an ID token.
        const string google = "https://oauth2.googleapis.com/token";
        Assert.Equal(200, (await ExchangeAsync(RestClient.Assertion(keyFile, DateTimeOffset.UtcNow, google,
            "\"scope\":\"https://www.googleapis.com/auth/cloud-platform\""))).Status);
        (status, body) = await ExchangeAsync(RestClient.Assertion(
            keyFile, DateTimeOffset.UtcNow, google, "\"target_audience\":\"shop.example\""));
        var claims = JwtPayload(System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("id_token").GetString()!);
        Assert.Equal((200, "shop.example", $"https://{server.Address}"),
            (status, claims.GetProperty("aud").GetString(), claims.GetProperty("iss").GetString()));
        // No way in by itself: neither as a bearer token nor by its own audience.
        (status, body) = await ExchangeAsync(RestClient.Assertion(keyFile, DateTimeOffset.UtcNow, google,
            $"\"target_audience\":\"https://{server.Address}/token\""));
        Assert.Equal(400, status);

        async Task<System.Text.Json.JsonElement> IntrospectAsync(string bearer)
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = bearer });
            using var answer = await admin.Http.PostAsync(new Uri("/introspect", UriKind.Relative), form);
            Assert.Equal(200, (int)answer.StatusCode);
            return System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone();
        }

        var access = token.GetProperty("access_token").GetString()!;
        Assert.StartsWith("admin@", (await IntrospectAsync(access)).GetProperty("username").GetString());
        Assert.Equal("""{"active":false}""", (await IntrospectAsync(access[..^1] + "_")).GetRawText());

        string[] bad =
        [
            RestClient.Assertion(keyFile, DateTimeOffset.UtcNow, google, "\"sub\":\"another@default\""),
            RestClient.Assertion(keyFile, DateTimeOffset.UtcNow), // a scope, and no audience
            RestClient.Assertion(keyFile, DateTimeOffset.UtcNow, "https://elsewhere.example/token"),
            RestClient.Assertion(keyFile, DateTimeOffset.UtcNow.AddHours(-3), $"https://{server.Address}/token"),
            RestClient.Assertion(keyFile, DateTimeOffset.UtcNow.AddHours(1), $"https://{server.Address}/token"),
            "a.b.c",
        ];
        var answers = new HashSet<string>();
        foreach (var assertion in bad)
        {
            (status, body) = await ExchangeAsync(assertion);
            Assert.Equal(400, status);
            Assert.Contains("invalid_grant", body);
            answers.Add(body);
        }

        Assert.Single(answers);
        Assert.Contains("unsupported_grant_type", (await ExchangeAsync("x", "password")).Body);
    }

    private static System.Text.Json.JsonElement JwtPayload(string jwt) => System.Text.Json.JsonDocument.Parse(
        System.Buffers.Text.Base64Url.DecodeFromChars(jwt.Split('.')[1])).RootElement;

    [Fact]
    public async Task A_revoked_file_and_its_tokens_are_refused_from_the_next_request_on_the_same_connection()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        var file = await GoogleNodeClientTests.MakeAccountAsync(admin, server, data, "thief");
        using var thief = new RestClient(server, file);
        Assert.Equal(200, (await thief.GetAsync(Locations)).Status);
        var (_, issued) = await thief.PostAsync("/keyward/v1/caller:issueToken");
        using var withToken = new RestClient(server, file);
        withToken.Http.DefaultRequestHeaders.Authorization = new("Bearer", issued.GetProperty("accessToken").GetString());
        Assert.Equal(200, (await withToken.GetAsync(Locations)).Status);

        using var json = System.Text.Json.JsonDocument.Parse(await File.ReadAllBytesAsync(file));
        var (email, id) = (json.RootElement.GetProperty("client_email").GetString(),
            json.RootElement.GetProperty("private_key_id").GetString());
        var (status, _) = await admin.PostAsync(
            $"/keyward/v1/serviceAccounts/{email}/credentials/{id}:setState", """{"state":"REVOKED"}""");
        Assert.Equal(200, status);
        Assert.Equal(401, (await thief.GetAsync(Locations)).Status);
        Assert.Equal(401, (await withToken.GetAsync(Locations)).Status);
    }

    [Fact]
    public async Task A_key_of_one_account_signs_for_no_other()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        var file = await GoogleNodeClientTests.MakeAccountAsync(admin, server, data, "mallory");
        var text = await File.ReadAllTextAsync(file);
        using var own = System.Text.Json.JsonDocument.Parse(text);
        using var adminFile = System.Text.Json.JsonDocument.Parse(await File.ReadAllBytesAsync(data.In("kms/credentials/admin.json")));
        // The administrator's name over the other's key, with and without the administrator's key id.
        foreach (var (from, to) in ((string, string)[])[("client_email", "client_email"), ("private_key_id", "private_key_id")])
        {
            text = text.Replace(own.RootElement.GetProperty(from).GetString()!, adminFile.RootElement.GetProperty(to).GetString()!);
            var forged = data.In("forged.json");
            await File.WriteAllTextAsync(forged, text);
            using var mallory = new RestClient(server, forged);
            Assert.Equal(401, (await mallory.GetAsync(Locations)).Status);
        }
    }
}
