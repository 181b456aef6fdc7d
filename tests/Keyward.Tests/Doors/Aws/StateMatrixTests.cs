using System.Security.Cryptography;
using System.Text.Json;
using Keyward.Doors.Aws;

namespace Keyward.Tests.Doors.Aws;

/// <summary>AWS KMS, "Key states of AWS KMS keys": every operation on a key in every state that keys come into here. A
/// key is never Creating, Updating or Unavailable: changes are done when they are answered.</summary>
public sealed class StateMatrixTests
{
    /// <summary>In order: Enabled, Disabled, PendingDeletion, PendingReplicaDeletion, PendingImport. <c>+</c> works,
    /// <c>D</c> is disabled, <c>P</c> is pending deletion, <c>N</c> is not pending deletion, <c>I</c> is pending
    /// import, <c>U</c> not for this origin, <c>.</c> no such key. The name before the bar is the kind of key.</summary>
    private static readonly (string Kind, string Operation, string Outcomes)[] Table =
    [
        ("SYMMETRIC", "Encrypt", "+DPPI"), ("SYMMETRIC", "Decrypt", "+DPPI"), ("SYMMETRIC", "ReEncrypt", "+DPPI"),
        ("SYMMETRIC", "GenerateDataKey", "+DPPI"), ("SYMMETRIC", "GenerateDataKeyWithoutPlaintext", "+DPPI"),
        ("SYMMETRIC", "GenerateDataKeyPair", "+DPPI"), ("SYMMETRIC", "GenerateDataKeyPairWithoutPlaintext", "+DPPI"),
        ("SIGNING", "Sign", "+DPPI"), ("SIGNING", "Verify", "+DPPI"), ("SIGNING", "GetPublicKey", "+DPPI"),
        ("MAC", "GenerateMac", "+DPPI"), ("MAC", "VerifyMac", "+DPPI"),
        ("AGREEMENT", "DeriveSharedSecret", "+DPPI"),
        ("SYMMETRIC", "CreateGrant", "+DPPI"), ("SYMMETRIC", "ListGrants", "+++++"),
        ("SYMMETRIC", "DescribeKey", "+++++"), ("SYMMETRIC", "GetKeyPolicy", "+++++"),
        ("SYMMETRIC", "ListKeyPolicies", "+++++"), ("SYMMETRIC", "ListAliases", "+++++"),
        ("SYMMETRIC", "ListResourceTags", "+++++"), ("SYMMETRIC", "GetKeyLastUsage", "+++++"),
        ("SYMMETRIC", "DeleteAlias", "+++++"), ("SYMMETRIC", "CreateAlias", "++PP+"),
        ("SYMMETRIC", "UpdateAlias", "++PP+"), ("SYMMETRIC", "TagResource", "++PP+"),
        ("SYMMETRIC", "UntagResource", "++PP+"), ("SYMMETRIC", "UpdateKeyDescription", "++PP+"),
        ("SYMMETRIC", "EnableKey", "++PPI"), ("SYMMETRIC", "DisableKey", "++PPI"),
        ("SYMMETRIC", "ScheduleKeyDeletion", "++PP+"), ("SYMMETRIC", "CancelKeyDeletion", "NN++N"),
        ("SYMMETRIC", "EnableKeyRotation", "+DPPU"), ("SYMMETRIC", "DisableKeyRotation", "+DPPU"),
        ("SYMMETRIC", "GetKeyRotationStatus", "++++U"), ("SYMMETRIC", "ListKeyRotations", "+++++"),
        ("SYMMETRIC", "RotateKeyOnDemand", "+DPPI"),
        ("SYMMETRIC", "GetParametersForImport", "UUUU+"), ("IMPORTED", "GetParametersForImport", "++P.."),
        ("SYMMETRIC", "DeleteImportedKeyMaterial", "UUUU+"), ("IMPORTED", "DeleteImportedKeyMaterial", "+++.."),
        ("REGIONS", "ReplicateKey", "+DPPI"), ("REPLICATED", "UpdatePrimaryRegion", "+D.P."),
    ];

    private static readonly string[] States =
        ["Enabled", "Disabled", "PendingDeletion", "PendingReplicaDeletion", "PendingImport"];

    /// <summary>Operations on no key, or on one whose state plays no part; imports and grants have tests of their
    /// own.</summary>
    private static readonly string[] Stateless =
    [
        "CreateKey", "ListKeys", "GenerateRandom", "ImportKeyMaterial", "RetireGrant", "RevokeGrant",
        "ListRetirableGrants", "PutKeyPolicy", "CreateCustomKeyStore", "UpdateCustomKeyStore",
        "ConnectCustomKeyStore", "DisconnectCustomKeyStore", "DeleteCustomKeyStore", "DescribeCustomKeyStores",
    ];

    [Fact]
    public void Each_operation_stands_in_the_table() => Assert.Empty(
        Operations.All.Keys.Except(Stateless).Except(Table.Select(row => row.Operation)));

    [Fact]
    public async Task Each_operation_is_refused_where_the_table_says_so()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var bench = new Bench(doors);
        var wrong = new List<string>();
        foreach (var (kind, operation, outcomes) in Table)
        {
            if (!Operations.All.ContainsKey(operation)) continue;
            for (var i = 0; i < States.Length; i++)
            {
                if (outcomes[i] == '.') continue;
                var key = await bench.MakeAsync(kind, States[i]);
                var reply = await doors.CallAwsAsync("TrentService." + operation, Body(operation, key));
                if (!Matches(outcomes[i], key.Arn, reply))
                    wrong.Add($"{operation} of a {kind} key that is {States[i]}: {reply.Status} {reply.Text}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    private static bool Matches(char outcome, string arn, RestReply reply)
    {
        if (outcome == '+' || reply.Status != 400) return outcome == '+' && reply.Status == 200;
        var error = reply.Json;
        var type = error.GetProperty("__type").GetString();
        var message = error.TryGetProperty("message", out var text) ? text.GetString() : null;
        return outcome switch
        {
            'D' => type == "DisabledException" && message == $"{arn} is disabled.",
            'P' => type == "KMSInvalidStateException" && message == $"{arn} is pending deletion.",
            'N' => type == "KMSInvalidStateException" && message == $"{arn} is not pending deletion.",
            'I' => type == "KMSInvalidStateException" && message == $"{arn} is pending import.",
            'U' => type == "UnsupportedOperationException",
            _ => false,
        };
    }

    private static string Body(string operation, Specimen key)
    {
        var id = $"\"KeyId\":\"{key.Id}\"";
        return "{" + operation switch
        {
            "Encrypt" => $"{id},\"Plaintext\":\"AAAA\"",
            "Decrypt" => $"{id},\"CiphertextBlob\":\"{key.Ciphertext}\"",
            "ReEncrypt" => $"\"DestinationKeyId\":\"{key.Id}\",\"CiphertextBlob\":\"{key.OtherCiphertext}\"",
            "GenerateDataKey" or "GenerateDataKeyWithoutPlaintext" => $"{id},\"KeySpec\":\"AES_256\"",
            "GenerateDataKeyPair" or "GenerateDataKeyPairWithoutPlaintext" =>
                $"{id},\"KeyPairSpec\":\"ECC_NIST_P256\"",
            "Sign" => $"{id},\"Message\":\"AAAA\",\"SigningAlgorithm\":\"ECDSA_SHA_256\"",
            "Verify" => $"{id},\"Message\":\"AAAA\",\"SigningAlgorithm\":\"ECDSA_SHA_256\"," +
                $"\"Signature\":\"{key.Proof}\"",
            "GenerateMac" => $"{id},\"Message\":\"AAAA\",\"MacAlgorithm\":\"HMAC_SHA_256\"",
            "VerifyMac" => $"{id},\"Message\":\"AAAA\",\"MacAlgorithm\":\"HMAC_SHA_256\",\"Mac\":\"{key.Proof}\"",
            "DeriveSharedSecret" => $"{id},\"KeyAgreementAlgorithm\":\"ECDH\",\"PublicKey\":\"{Point}\"",
            "CreateGrant" => $"{id},\"Operations\":[\"Encrypt\"]," +
                "\"GranteePrincipal\":\"arn:aws:iam::000000000001:user/admin\"",
            "CreateAlias" => $"\"TargetKeyId\":\"{key.Id}\",\"AliasName\":\"{key.Alias}-2\"",
            "UpdateAlias" => $"\"TargetKeyId\":\"{key.Id}\",\"AliasName\":\"{key.Alias}\"",
            "DeleteAlias" => $"\"AliasName\":\"{key.Alias}\"",
            "TagResource" => $"{id},\"Tags\":[{{\"TagKey\":\"a\",\"TagValue\":\"b\"}}]",
            "UntagResource" => $"{id},\"TagKeys\":[\"a\"]",
            "UpdateKeyDescription" => $"{id},\"Description\":\"d\"",
            "GetParametersForImport" =>
                $"{id},\"WrappingAlgorithm\":\"RSAES_OAEP_SHA_256\",\"WrappingKeySpec\":\"RSA_2048\"",
            "ReplicateKey" => $"{id},\"ReplicaRegion\":\"eu-west-1\"",
            "UpdatePrimaryRegion" => $"{id},\"PrimaryRegion\":\"eu-west-1\"",
            _ => id,
        } + "}";
    }

    private static string Point { get; } = NewPoint();

    private static string NewPoint()
    {
        using var pair = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Convert.ToBase64String(pair.ExportSubjectPublicKeyInfo());
    }

    private sealed record Specimen(string Id, string Arn, string Alias)
    {
        public string Ciphertext { get; init; } = "AAAA";

        /// <summary>One of another key that is good.</summary>
        public string OtherCiphertext { get; init; } = "";

        /// <summary>A signature or MAC of the message that the bodies have.</summary>
        public string Proof { get; init; } = "AAAA";
    }

    /// <summary>Makes keys and brings them into their states through the door itself.</summary>
    private sealed class Bench(OpenDoors doors)
    {
        private static readonly byte[] Material = RandomNumberGenerator.GetBytes(32);
        private int _count;
        private string? _other;

        public async Task<Specimen> MakeAsync(string kind, string state)
        {
            var isSet = state == "PendingReplicaDeletion" || kind is "REGIONS" or "REPLICATED";
            var isExternal = state == "PendingImport" || kind == "IMPORTED";
            var made = (await CallAsync("CreateKey", "{" + (kind switch
            {
                "SIGNING" => "\"KeySpec\":\"ECC_NIST_P256\",\"KeyUsage\":\"SIGN_VERIFY\",",
                "MAC" => "\"KeySpec\":\"HMAC_256\",\"KeyUsage\":\"GENERATE_VERIFY_MAC\",",
                "AGREEMENT" => "\"KeySpec\":\"ECC_NIST_P256\",\"KeyUsage\":\"KEY_AGREEMENT\",",
                _ => "",
            }) + $"\"Origin\":\"{(isExternal ? "EXTERNAL" : "AWS_KMS")}\",\"MultiRegion\":{(isSet ? "true" : "false")}" +
                "}")).GetProperty("KeyMetadata");
            var key = new Specimen(made.GetProperty("KeyId").GetString()!, made.GetProperty("Arn").GetString()!,
                $"alias/m{++_count}");
            if (kind == "IMPORTED") await ImportAsync(key);
            await CallAsync("CreateAlias", Body("UpdateAlias", key));
            _other ??= await OtherAsync();
            key = key with { OtherCiphertext = _other };
            if (state != "PendingImport") key = await UseAsync(kind, key);
            if (kind == "REPLICATED" || (state == "PendingReplicaDeletion" && kind != "REPLICATED"))
                await CallAsync("ReplicateKey",
                    $"{{\"KeyId\":\"{key.Id}\",\"ReplicaRegion\":\"{(kind == "REGIONS" ? "europe-west1" : "eu-west-1")}\"}}");
            if (state == "Disabled") await CallAsync("DisableKey", $"{{\"KeyId\":\"{key.Id}\"}}");
            if (state.StartsWith("Pending", StringComparison.Ordinal) && state != "PendingImport")
                await CallAsync("ScheduleKeyDeletion", $"{{\"KeyId\":\"{key.Id}\"}}");
            var shown = await CallAsync("DescribeKey", $"{{\"KeyId\":\"{key.Id}\"}}");
            Assert.Equal(state, shown.GetProperty("KeyMetadata").GetProperty("KeyState").GetString());
            return key;
        }

        private async Task<Specimen> UseAsync(string kind, Specimen key) => kind switch
        {
            "SIGNING" => key with { Proof = Text(await CallAsync("Sign", Body("Sign", key)), "Signature") },
            "MAC" => key with { Proof = Text(await CallAsync("GenerateMac", Body("GenerateMac", key)), "Mac") },
            "AGREEMENT" => key,
            _ => key with { Ciphertext = Text(await CallAsync("Encrypt", Body("Encrypt", key)), "CiphertextBlob") },
        };

        private async Task<string> OtherAsync()
        {
            var other = Text((await CallAsync("CreateKey", "{}")).GetProperty("KeyMetadata"), "KeyId");
            return Text(await CallAsync("Encrypt", $"{{\"KeyId\":\"{other}\",\"Plaintext\":\"AAAA\"}}"),
                "CiphertextBlob");
        }

        private async Task ImportAsync(Specimen key)
        {
            var given = await CallAsync("GetParametersForImport", Body("GetParametersForImport", key));
            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(Text(given, "PublicKey")), out _);
            var wrapped = Convert.ToBase64String(rsa.Encrypt(Material, RSAEncryptionPadding.OaepSHA256));
            await CallAsync("ImportKeyMaterial", $"{{\"KeyId\":\"{key.Id}\",\"ImportToken\":\"" +
                $"{Text(given, "ImportToken")}\",\"EncryptedKeyMaterial\":\"{wrapped}\"," +
                "\"ExpirationModel\":\"KEY_MATERIAL_DOES_NOT_EXPIRE\"}");
        }

        private async Task<JsonElement> CallAsync(string operation, string body)
        {
            var reply = await doors.CallAwsAsync("TrentService." + operation, body);
            Assert.True(reply.Status == 200, $"{operation} {body}: {reply.Text}");
            return reply.Text.Length == 0 ? default : reply.Json;
        }

        private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
    }
}
