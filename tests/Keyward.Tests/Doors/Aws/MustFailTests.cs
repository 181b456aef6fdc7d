using System.Text.Json;
using Keyward.Tests.Doors.Rights;

namespace Keyward.Tests.Doors.Aws;

/// <summary>What must fail at this door: contexts that are not the same, ciphertexts and grant tokens of others.</summary>
public sealed class MustFailTests
{
    private const string Composed = "caf\u00e9";
    private const string Decomposed = "cafe\u0301";

    [Theory]
    [InlineData("none", null, false)]
    [InlineData("another order", """{"b":"2","a":"caf\u00e9"}""", true)]
    [InlineData("another value", """{"a":"cafe","b":"2"}""", false)]
    [InlineData("another case of a name", """{"A":"caf\u00e9","b":"2"}""", false)]
    [InlineData("a pair more", """{"a":"caf\u00e9","b":"2","c":"3"}""", false)]
    [InlineData("a pair less", """{"a":"caf\u00e9"}""", false)]
    [InlineData("another normal form", """{"a":"cafe\u0301","b":"2"}""", false)]
    [InlineData("blanks around a value", """{"a":" caf\u00e9","b":"2"}""", false)]
    public async Task A_ciphertext_opens_under_its_own_context_only(string what, string? context, bool opens)
    {
        Assert.NotEqual(Composed, Decomposed);
        await using var doors = await OpenDoors.OpenAsync();
        var key = await KeyAsync(doors);
        var made = await CallAsync(doors, "Encrypt",
            $$$"""{"KeyId":"{{{key}}}","Plaintext":"AAAA","EncryptionContext":{"a":"{{{Composed}}}","b":"2"}}""");
        var given = context is null ? "" : $",\"EncryptionContext\":{context}";
        var reply = await doors.CallAwsAsync("TrentService.Decrypt",
            $$"""{"CiphertextBlob":"{{made.GetProperty("CiphertextBlob").GetString()}}"{{given}}}""");
        Assert.True(opens ? reply.Status == 200 : reply.Text == """{"__type":"InvalidCiphertextException"}""",
            $"{what}: {reply.Text}");
    }

    [Theory]
    [InlineData("""{"a":"1","a":"2"}""", "SerializationException")]
    [InlineData("""{"a":"\ud800"}""", "SerializationException")]
    [InlineData("""{"a":null}""", "ValidationException")]
    [InlineData("""{"a":1}""", "SerializationException")]
    [InlineData("""["a"]""", "SerializationException")]
    public async Task A_context_that_is_none_is_refused(string context, string error)
    {
        await using var doors = await OpenDoors.OpenAsync();
        var reply = await doors.CallAwsAsync("TrentService.Encrypt",
            $$"""{"KeyId":"{{await KeyAsync(doors)}}","Plaintext":"AAAA","EncryptionContext":{{context}}}""");
        Assert.Equal(error, TypeOf(reply));
    }

    /// <summary>curl calls every body a form; only one that can be one is STS's.</summary>
    [Theory]
    [InlineData("", """{"__type":"UnknownOperationException"}""")]
    [InlineData("{}", """{"__type":"UnknownOperationException"}""")]
    [InlineData("Version=2011-06-15", "MissingAuthenticationToken")]
    public async Task A_call_without_a_target_gets_a_JSON_error_unless_it_is_a_form(string body, string error)
    {
        await using var doors = await OpenDoors.OpenAsync();
        var reply = await doors.CallAwsAsync("", body, context =>
        {
            context.Request.Headers.Remove("X-Amz-Target");
            context.Request.Headers.Remove("Authorization");
            context.Request.ContentType = "application/x-www-form-urlencoded";
        });
        Assert.Contains(error, reply.Text);
    }

    /// <summary>The model's longest document is read whole: the answer is about it, not about the body's
    /// size.</summary>
    [Theory]
    [InlineData(262_144, "UnsupportedOperationException")]
    [InlineData(262_145, "ValidationException")]
    public async Task An_attestation_document_of_any_size_gets_its_own_answer(int sizeBytes, string error)
    {
        await using var doors = await OpenDoors.OpenAsync();
        var document = Convert.ToBase64String(new byte[sizeBytes]);
        Assert.Equal(error, TypeOf(await doors.CallAwsAsync("TrentService.GenerateRandom", $$$"""
            {"NumberOfBytes":32,"Recipient":{"KeyEncryptionAlgorithm":"RSAES_OAEP_SHA_256",
             "AttestationDocument":"{{{document}}}"}}
            """)));
    }

    [Fact]
    public async Task A_ciphertext_of_a_foreign_key_opens_only_for_who_names_the_key_and_may_at_home()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var key = await KeyAsync(doors);
        await CallAsync(doors, "PutKeyPolicy", JsonSerializer.Serialize(new { KeyId = key, Policy = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]}
            """ }));
        var made = await CallAsync(doors, "Encrypt", $$"""{"KeyId":"{{key}}","Plaintext":"AAAA"}""");
        var blob = made.GetProperty("CiphertextBlob").GetString();
        await doors.OkAsync("POST", "/keyward/v1/projects", """{"id":"other"}""");
        var stranger = await Person.MakeAsync(doors, "stranger", "other");
        var unnamed = await stranger.CallAwsAsync("Decrypt", $$"""{"CiphertextBlob":"{{blob}}"}""");
        Assert.Equal("AccessDeniedException", TypeOf(unnamed));
        var arn = made.GetProperty("KeyId").GetString();
        var named = $$"""{"CiphertextBlob":"{{blob}}","KeyId":"{{arn}}"}""";
        Assert.Equal("AccessDeniedException", TypeOf(await stranger.CallAwsAsync("Decrypt", named)));

        var own = JsonSerializer.Serialize($$$"""
            {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["kms:Decrypt","kms:DisableKey"],"Resource":"{{{arn}}}"}}
            """);
        await doors.OkAsync(
            "PUT", $"/keyward/v1/serviceAccounts/{stranger.Email}/policies/own", $$"""{"document":{{own}}}""");
        Assert.Equal(200, (await stranger.CallAwsAsync("Decrypt", named)).Status);
        Assert.Equal("AccessDeniedException", TypeOf(
            await stranger.CallAwsAsync("Decrypt", $$"""{"CiphertextBlob":"{{blob}}"}""")));
        // Both policies say so, but to administer a key is for its own account.
        Assert.Equal("AccessDeniedException", TypeOf(
            await stranger.CallAwsAsync("DisableKey", $$"""{"KeyId":"{{arn}}"}""")));
    }

    [Fact]
    public async Task A_grant_token_helps_nobody_but_its_grantee_on_its_key_while_it_lasts()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var (key, other) = (await KeyAsync(doors), await KeyAsync(doors));
        var ann = await Person.MakeAsync(doors, "ann");
        var bob = await Person.MakeAsync(doors, "bob");
        var made = await CallAsync(doors, "CreateGrant", $$"""
            {"KeyId":"{{key}}","GranteePrincipal":"arn:aws:iam::000000000001:user/ann","Operations":["Encrypt"]}
            """);
        string Use(string id) => $$"""
            {"KeyId":"{{id}}","Plaintext":"AAAA","GrantTokens":["{{made.GetProperty("GrantToken").GetString()}}"]}
            """;
        Assert.Equal(200, (await ann.CallAwsAsync("Encrypt", Use(key))).Status);
        Assert.Equal("AccessDeniedException", TypeOf(await bob.CallAwsAsync("Encrypt", Use(key))));
        Assert.Equal("AccessDeniedException", TypeOf(await ann.CallAwsAsync("Encrypt", Use(other))));
        await CallAsync(doors, "RevokeGrant",
            $$"""{"KeyId":"{{key}}","GrantId":"{{made.GetProperty("GrantId").GetString()}}"}""");
        Assert.Contains(TypeOf(await ann.CallAwsAsync("Encrypt", Use(key))),
            (string[])["AccessDeniedException", "InvalidGrantTokenException"]);
    }

    private static async Task<string> KeyAsync(OpenDoors doors) => (await CallAsync(doors, "CreateKey", "{}"))
        .GetProperty("KeyMetadata").GetProperty("KeyId").GetString()!;

    private static async Task<JsonElement> CallAsync(OpenDoors doors, string operation, string body)
    {
        var reply = await doors.CallAwsAsync("TrentService." + operation, body);
        Assert.True(reply.Status == 200, $"{operation} {body}: {reply.Text}");
        return reply.Text.Length == 0 ? default : reply.Json;
    }

    private static string? TypeOf(RestReply reply) =>
        reply.Status == 200 ? "ok" : reply.Json.GetProperty("__type").GetString();
}
