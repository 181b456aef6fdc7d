using System.Text;

namespace Keyward.Tests.Doors.Google;

/// <summary>Ciphertexts that were altered, moved or opened under another context, at both doors: one refusal for all.</summary>
public sealed class CiphertextTests
{
    private const string Ring = "/v1/projects/default/locations/us-east-1/keyRings/r";
    private const int HeaderSizeBytes = 78;

    [Fact]
    public async Task F2_A_flipped_bit_in_any_byte_gets_one_and_the_same_answer()
    {
        await using var doors = await OpenAsync();
        var sealedBytes = await EncryptAsync(doors, "a", "attack at dawn");
        var answers = new HashSet<string>();
        for (var at = 0; at < sealedBytes.Length; at++)
        {
            var altered = (byte[])sealedBytes.Clone();
            altered[at] ^= (byte)(1 << (at % 8));
            var reply = await DecryptAsync(doors, "a", altered);
            Assert.True(reply.Status == 400, $"byte {at}: {reply.Text}");
            // A bit of the key's id makes it another key's ciphertext, which anybody could read in the header himself.
            if (at is < 2 or >= 22) answers.Add($"{reply.Reason} {reply.Error.GetProperty("message")}");
        }

        Assert.Single(answers);
        Assert.StartsWith("INVALID_CIPHERTEXT", answers.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task F3_A_header_changed_to_another_usable_key_or_version_opens_nothing()
    {
        await using var doors = await OpenAsync();
        await doors.OkAsync("POST", $"{Ring}/cryptoKeys/a/cryptoKeyVersions", "{}");
        var ofA = await EncryptAsync(doors, "a", "attack at dawn");
        var ofB = await EncryptAsync(doors, "b", "attack at dawn");
        byte[] asB = [.. ofB[..22], .. ofA[22..]];
        byte[] asVersion2 = [.. ofA[..18], 0, 0, 0, 2, .. ofA[22..]];
        byte[] withHeaderOfB = [.. ofB[..HeaderSizeBytes], .. ofA[HeaderSizeBytes..]];
        foreach (var (key, bytes) in ((string, byte[])[])[("b", asB), ("a", asVersion2), ("b", withHeaderOfB)])
        {
            var reply = await DecryptAsync(doors, key, bytes);
            Assert.Equal((400, "INVALID_CIPHERTEXT"), (reply.Status, reply.Reason));
        }
    }

    [Fact]
    public async Task F4_A_ciphertext_of_one_key_is_not_opened_in_the_name_of_another()
    {
        await using var doors = await OpenAsync();
        var ofA = await EncryptAsync(doors, "a", "attack at dawn");
        Assert.Equal(400, (await DecryptAsync(doors, "b", ofA)).Status);
        var id = (await CallAsync(doors, "CreateKey", "{}")).Json.GetProperty("KeyMetadata").GetProperty("KeyId").GetString();
        var reply = await CallAsync(doors, "Decrypt", $$"""{"CiphertextBlob":"{{Convert.ToBase64String(ofA)}}","KeyId":"{{id}}"}""");
        Assert.Equal((400, "IncorrectKeyException"), (reply.Status, TypeOf(reply)));
    }

    [Fact]
    public async Task F5_Only_the_order_of_pairs_may_differ()
    {
        await using var doors = await OpenAsync();
        var id = (await CallAsync(doors, "CreateKey", "{}")).Json.GetProperty("KeyMetadata").GetProperty("KeyId").GetString();
        const string context = """{"tenant":"Zo\u00eb","b":"2"}""";
        var made = await CallAsync(doors, "Encrypt",
            $$"""{"KeyId":"{{id}}","Plaintext":"YQ==","EncryptionContext":{{context}}}""");
        var blob = made.Json.GetProperty("CiphertextBlob").GetString();
        Task<RestReply> OpenedAsync(string? other) => CallAsync(doors, "Decrypt", other is null
            ? $$"""{"CiphertextBlob":"{{blob}}"}"""
            : $$"""{"CiphertextBlob":"{{blob}}","EncryptionContext":{{other}}}""");
        Assert.Equal(200, (await OpenedAsync(context)).Status);
        Assert.Equal(200, (await OpenedAsync("""{"b":"2","tenant":"Zo\u00eb"}""")).Status);
        foreach (var other in (string?[])[null, "{}", """{"tenant":"Zoe","b":"2"}""", """{"tenant":"zo\u00eb","b":"2"}""",
            """{"Tenant":"Zo\u00eb","b":"2"}""", """{"tenant":"Zo\u00eb"}""", """{"tenant":"Zo\u00eb","b":"2","c":""}""",
            """{"tenant":"Zoe\u0308","b":"2"}""", """{"tenant":"Zo\u00eb ","b":"2"}""", """{"tenant":"2","b":"Zo\u00eb"}"""])
        {
            var reply = await OpenedAsync(other);
            Assert.True((reply.Status, TypeOf(reply)) == (400, "InvalidCiphertextException"), $"{other}: {reply.Text}");
        }

        foreach (var malformed in (string[])["""{"tenant":"\ud800","b":"2"}""", """{"b":"2","b":"2","tenant":"Zo\u00eb"}""",
            """{"tenant":null,"b":"2"}""", """{"tenant":7,"b":"2"}""", "[]"])
            foreach (var operation in (string[])["Encrypt", "Decrypt"])
            {
                var reply = await CallAsync(doors, operation, operation == "Encrypt"
                    ? $$"""{"KeyId":"{{id}}","Plaintext":"YQ==","EncryptionContext":{{malformed}}}"""
                    : $$"""{"CiphertextBlob":"{{blob}}","EncryptionContext":{{malformed}}}""");
                Assert.True(reply.Status == 400, $"{operation} {malformed}: {reply.Text}");
                Assert.NotEqual("InvalidCiphertextException", TypeOf(reply));
            }
    }

    [Fact]
    public async Task F6_Bytes_that_look_like_pairs_are_not_those_pairs_without_the_prefix()
    {
        await using var doors = await OpenAsync();
        var (prefix, pairs) = Pairs();
        var blob = await EncryptAsync(doors, "a", "x", [.. prefix, .. pairs]);
        Assert.Equal(200, (await DecryptAsync(doors, "a", blob, [.. prefix, .. pairs])).Status);
        foreach (var aad in (byte[][])[pairs, [2, .. pairs], [.. prefix], []])
            Assert.Equal(400, (await DecryptAsync(doors, "a", blob, aad)).Status);
        // At the other door the same pairs open it.
        var reply = await CallAsync(doors, "Decrypt",
            $$"""{"EncryptionContext":{"a":"1","b":"2"},"CiphertextBlob":"{{Convert.ToBase64String(blob)}}"}""");
        Assert.True(reply.Status == 200, reply.Text);
    }

    [Fact]
    public async Task F7_The_reserved_prefix_before_anything_but_canonical_pairs_is_refused_both_ways()
    {
        await using var doors = await OpenAsync();
        var (prefix, pairs) = Pairs();
        var blob = await EncryptAsync(doors, "a", "x");
        byte[] unsorted = [0, 2, 0, 1, (byte)'b', 0, 1, (byte)'2', 0, 1, (byte)'a', 0, 1, (byte)'1'];
        byte[] twice = [0, 2, 0, 1, (byte)'a', 0, 1, (byte)'1', 0, 1, (byte)'a', 0, 1, (byte)'1'];
        foreach (var rest in (byte[][])[unsorted, twice, [.. pairs, 0], pairs[..^1], [0, 1, 0, 1, 0xff, 0, 0], []])
        {
            var encrypted = await doors.SendAsync("POST", $"{Ring}/cryptoKeys/a:encrypt", Body("plaintext", "x"u8.ToArray(), [.. prefix, .. rest]));
            var decrypted = await DecryptAsync(doors, "a", blob, [.. prefix, .. rest]);
            Assert.Equal((400, "INVALID_ARGUMENT"), (encrypted.Status, encrypted.Reason));
            Assert.Equal((400, "INVALID_ARGUMENT"), (decrypted.Status, decrypted.Reason));
        }
    }

    private static (byte[] Prefix, byte[] Pairs) Pairs() =>
        ([.. "keyward.context"u8, 0], [0, 2, 0, 1, (byte)'a', 0, 1, (byte)'1', 0, 1, (byte)'b', 0, 1, (byte)'2']);

    private static async Task<OpenDoors> OpenAsync()
    {
        var doors = await OpenDoors.OpenAsync();
        await doors.OkAsync("POST", "/v1/projects/default/locations/us-east-1/keyRings?keyRingId=r", "{}");
        foreach (var key in (string[])["a", "b"])
            await doors.OkAsync("POST", $"{Ring}/cryptoKeys?cryptoKeyId={key}", """{"purpose":"ENCRYPT_DECRYPT"}""");
        return doors;
    }

    private static async Task<byte[]> EncryptAsync(OpenDoors doors, string key, string text, byte[]? aad = null) =>
        (await doors.OkAsync("POST", $"{Ring}/cryptoKeys/{key}:encrypt", Body("plaintext", Encoding.UTF8.GetBytes(text), aad ?? [])))
            .GetProperty("ciphertext").GetBytesFromBase64();

    private static Task<RestReply> DecryptAsync(OpenDoors doors, string key, byte[] ciphertext, byte[]? aad = null) =>
        doors.SendAsync("POST", $"{Ring}/cryptoKeys/{key}:decrypt", Body("ciphertext", ciphertext, aad ?? []));

    private static string Body(string field, byte[] bytes, byte[] aad) =>
        $$"""{"{{field}}":"{{Convert.ToBase64String(bytes)}}","additionalAuthenticatedData":"{{Convert.ToBase64String(aad)}}"}""";

    private static Task<RestReply> CallAsync(OpenDoors doors, string operation, string body) =>
        doors.CallAwsAsync("TrentService." + operation, body);

    private static string TypeOf(RestReply reply) => reply.Json.GetProperty("__type").GetString()!;
}
