using System.Security.Cryptography;
using System.Text.Json;
using Keyward.Vault.Policies.Documents;

namespace Keyward.Tests.Doors.Aws;

/// <summary>Every condition key of docs/reference/aws-policies.md, as a real call shows it: a deny under the value that
/// the call has refuses it, a deny under another value does not.</summary>
public sealed class ConditionKeyTests
{
    private const string Encrypt = """{"KeyId":"{symmetric}","Plaintext":"AAAA"}""";
    private const string Denied = "explicit deny in an identity-based policy";

    private const string Sign =
        """{"KeyId":"{rsa}","Message":"AAAA","SigningAlgorithm":"RSASSA_PSS_SHA_384","MessageType":"RAW"}""";

    private const string Grant = """
        {"KeyId":"{symmetric}","GranteePrincipal":"{me}","RetiringPrincipal":"{me}","Operations":["Encrypt"],
         "Constraints":{"EncryptionContextSubset":{"a":"b"}}}
        """;

    private const string Create = """
        {"KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY","Tags":[{"TagKey":"team","TagValue":"red"}]}
        """;

    /// <summary>Operator and key, the value that the call has, another one, and the call.</summary>
    private static readonly (string Operator, string Key, string Value, string Other, string Operation, string Body)[]
        Rows =
    [
        ("ArnEquals", "aws:PrincipalArn", "{me}", "arn:aws:iam::000000000001:user/x", "Encrypt", Encrypt),
        ("StringEquals", "aws:PrincipalAccount", "000000000001", "000000000002", "Encrypt", Encrypt),
        ("StringEquals", "aws:PrincipalType", "User", "Account", "Encrypt", Encrypt),
        ("Bool", "aws:PrincipalIsAWSService", "false", "true", "Encrypt", Encrypt),
        ("Bool", "aws:ViaAWSService", "false", "true", "Encrypt", Encrypt),
        ("StringLike", "aws:userid", "*", "x", "Encrypt", Encrypt),
        ("StringEquals", "aws:username", "admin", "x", "Encrypt", Encrypt),
        ("IpAddress", "aws:SourceIp", "127.0.0.0/8", "192.0.2.0/24", "Encrypt", Encrypt),
        ("StringLike", "aws:UserAgent", "test/*", "x", "Encrypt", Encrypt),
        ("Bool", "aws:SecureTransport", "false", "true", "Encrypt", Encrypt),
        ("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "Encrypt", Encrypt),
        ("NumericGreaterThan", "aws:EpochTime", "1577836800", "32472144000", "Encrypt", Encrypt),
        ("StringEquals", "aws:RequestedRegion", "us-east-1", "eu-west-1", "Encrypt", Encrypt),
        ("StringEquals", "aws:ResourceAccount", "000000000001", "000000000002", "Encrypt", Encrypt),
        ("StringEquals", "aws:ResourceTag/class", "gold", "tin", "Encrypt", Encrypt),
        ("ForAnyValue:StringEquals", "aws:TagKeys", "team", "x", "CreateKey", Create),
        ("ForAnyValue:StringEquals", "aws:TagKeys", "old", "x", "UntagResource",
            """{"KeyId":"{symmetric}","TagKeys":["old"]}"""),
        ("StringEquals", "aws:RequestTag/team", "red", "blue", "CreateKey", Create),
        ("StringEquals", "aws:RequestTag/team", "red", "blue", "TagResource",
            """{"KeyId":"{symmetric}","Tags":[{"TagKey":"team","TagValue":"red"}]}"""),
        ("Bool", "kms:BypassPolicyLockoutSafetyCheck", "true", "false", "CreateKey",
            """{"BypassPolicyLockoutSafetyCheck":true}"""),
        ("StringEquals", "kms:CallerAccount", "000000000001", "000000000002", "Encrypt", Encrypt),
        ("StringEquals", "kms:CustomerMasterKeySpec", "ECC_NIST_P256", "RSA_2048", "CreateKey", Create),
        ("StringEquals", "kms:CustomerMasterKeyUsage", "SIGN_VERIFY", "ENCRYPT_DECRYPT", "CreateKey", Create),
        ("StringEquals", "kms:DataKeyPairSpec", "ECC_NIST_P384", "RSA_2048", "GenerateDataKeyPair",
            """{"KeyId":"{symmetric}","KeyPairSpec":"ECC_NIST_P384"}"""),
        ("StringEquals", "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "Encrypt", Encrypt),
        ("StringEquals", "kms:EncryptionAlgorithm", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "Encrypt",
            """{"KeyId":"{rsaEncrypt}","Plaintext":"AAAA","EncryptionAlgorithm":"RSAES_OAEP_SHA_1"}"""),
        ("ForAllValues:StringEquals", "kms:EncryptionContextKeys", "a", "x", "Encrypt",
            """{"KeyId":"{symmetric}","Plaintext":"AAAA","EncryptionContext":{"a":"b"}}"""),
        ("StringEquals", "kms:EncryptionContext:a", "b", "c", "GenerateDataKeyPair",
            """{"KeyId":"{symmetric}","KeyPairSpec":"ECC_NIST_P384","EncryptionContext":{"a":"b"}}"""),
        ("StringEquals", "kms:EncryptionContext:a", "b", "c", "CreateGrant", Grant),
        ("StringEquals", "kms:ExpirationModel", "KEY_MATERIAL_DOES_NOT_EXPIRE", "KEY_MATERIAL_EXPIRES",
            "ImportKeyMaterial", Import("\"ExpirationModel\":\"KEY_MATERIAL_DOES_NOT_EXPIRE\"")),
        ("DateGreaterThan", "kms:ValidTo", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "ImportKeyMaterial",
            Import("\"ValidTo\":{tomorrow}")),
        ("StringEquals", "kms:GrantConstraintType", "EncryptionContextSubset", "EncryptionContextEquals", "CreateGrant",
            Grant),
        ("ForAllValues:StringEquals", "kms:GrantOperations", "Encrypt", "Decrypt", "CreateGrant", Grant),
        ("StringEquals", "kms:GranteePrincipal", "{me}", "x", "CreateGrant", Grant),
        ("StringEquals", "kms:RetiringPrincipal", "{me}", "x", "CreateGrant", Grant),
        ("StringEquals", "kms:KeyAgreementAlgorithm", "ECDH", "x", "DeriveSharedSecret",
            $$"""{"KeyId":"{agreement}","KeyAgreementAlgorithm":"ECDH","PublicKey":"{{Point()}}"}"""),
        ("StringEquals", "kms:KeyOrigin", "EXTERNAL", "AWS_KMS", "CreateKey", """{"Origin":"EXTERNAL"}"""),
        ("StringEquals", "kms:KeySpec", "RSA_2048", "RSA_3072", "Sign", Sign),
        ("StringEquals", "kms:KeyUsage", "SIGN_VERIFY", "ENCRYPT_DECRYPT", "Sign", Sign),
        ("StringEquals", "kms:MacAlgorithm", "HMAC_SHA_256", "HMAC_SHA_384", "GenerateMac",
            """{"KeyId":"{mac}","Message":"AAAA","MacAlgorithm":"HMAC_SHA_256"}"""),
        ("StringEquals", "kms:MessageType", "RAW", "DIGEST", "Sign", Sign),
        ("StringEquals", "kms:SigningAlgorithm", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_256", "Sign", Sign),
        ("Bool", "kms:MultiRegion", "true", "false", "CreateKey", """{"MultiRegion":true}"""),
        ("StringEquals", "kms:MultiRegionKeyType", "PRIMARY", "REPLICA", "Encrypt",
            """{"KeyId":"{regions}","Plaintext":"AAAA"}"""),
        ("StringEquals", "kms:ReplicaRegion", "us-east1", "eu-west-1", "ReplicateKey",
            """{"KeyId":"{regions}","ReplicaRegion":"us-east1"}"""),
        ("StringEquals", "kms:PrimaryRegion", "europe-west1", "us-east1", "UpdatePrimaryRegion",
            """{"KeyId":"{regions}","PrimaryRegion":"europe-west1"}"""),
        ("Bool", "kms:ReEncryptOnSameKey", "true", "false", "ReEncrypt",
            """{"DestinationKeyId":"{symmetric}","CiphertextBlob":"{sealed}"}"""),
        ("StringEquals", "kms:RequestAlias", "alias/{alias}", "alias/x", "Encrypt",
            """{"KeyId":"alias/{alias}","Plaintext":"AAAA"}"""),
        ("Null", "kms:RequestAlias", "true", "false", "Encrypt", Encrypt),
        ("ForAnyValue:StringEquals", "kms:ResourceAliases", "alias/{alias}", "alias/x", "Encrypt", Encrypt),
        ("NumericLessThan", "kms:RotationPeriodInDays", "200", "90", "EnableKeyRotation",
            """{"KeyId":"{symmetric}","RotationPeriodInDays":120}"""),
        ("NumericLessThan", "kms:ScheduleKeyDeletionPendingWindowInDays", "10", "5", "ScheduleKeyDeletion",
            """{"KeyId":"{mac}","PendingWindowInDays":7}"""),
        ("StringEquals", "kms:WrappingAlgorithm", "RSA_AES_KEY_WRAP_SHA_1", "RSAES_OAEP_SHA_1",
            "GetParametersForImport", Parameters("RSA_AES_KEY_WRAP_SHA_1", "RSA_3072")),
        ("StringEquals", "kms:WrappingKeySpec", "RSA_3072", "RSA_4096", "GetParametersForImport",
            Parameters("RSAES_OAEP_SHA_256", "RSA_3072")),
    ];

    /// <summary>Of these a caller here has none.</summary>
    private static readonly string[] Untested = ["aws:PrincipalTag/"];

    [Fact]
    public void Each_known_key_stands_in_the_table() => Assert.All(ConditionKey.Known.Except(Untested),
        known => Assert.Contains(Rows, r => r.Key.StartsWith(known, StringComparison.OrdinalIgnoreCase)));

    [Fact]
    public async Task A_deny_under_the_value_of_the_call_refuses_it_and_under_another_does_not()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var names = await MakeAsync(doors);
        var email = (await doors.SendAsync("GET", "/keyward/v1/caller")).Json.GetProperty("email").GetString();
        var wrong = new List<string>();
        foreach (var (op, key, value, other, operation, body) in Rows)
            foreach (var (tried, denies) in ((string, bool)[])[(value, true), (other, false)])
            {
                var condition = $$"""{"{{op}}":{"{{key}}":"{{Fill(tried, names)}}"} }""";
                var document = JsonSerializer.Serialize(
                    """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"kms:*","Resource":"*",""" +
                    $"\"Condition\":{condition}}}]}}");
                var put = await doors.SendAsync("PUT", $"/keyward/v1/serviceAccounts/{email}/policies/test",
                    $$"""{"document":{{document}}}""");
                Assert.True(put.Status == 200, put.Text);
                var reply = await doors.CallAwsAsync("TrentService." + operation, Fill(body, names),
                    context =>
                    {
                        context.Request.Headers.UserAgent = "test/1";
                        context.Connection.RemoteIpAddress = System.Net.IPAddress.Loopback;
                    });
                var refused = reply.Text.Contains(Denied, StringComparison.Ordinal);
                if (refused != denies || (!denies && reply.Status == 400 && !reply.Text.Contains("Token")))
                    wrong.Add($"{op} {key} {tried} of {operation}: {reply.Status} {reply.Text}");
            }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static async Task<Dictionary<string, string>> MakeAsync(OpenDoors doors)
    {
        async Task<JsonElement> CallAsync(string operation, string body)
        {
            var reply = await doors.CallAwsAsync("TrentService." + operation, body);
            Assert.True(reply.Status == 200, reply.Text);
            return reply.Text.Length == 0 ? default : reply.Json;
        }

        async Task<string> KeyAsync(string body) =>
            (await CallAsync("CreateKey", body)).GetProperty("KeyMetadata").GetProperty("KeyId").GetString()!;
        var names = new Dictionary<string, string>
        {
            ["me"] = "arn:aws:iam::000000000001:user/admin",
            ["alias"] = "conditions",
            ["symmetric"] = await KeyAsync("""{"Tags":[{"TagKey":"class","TagValue":"gold"}]}"""),
            ["rsa"] = await KeyAsync("""{"KeySpec":"RSA_2048","KeyUsage":"SIGN_VERIFY"}"""),
            ["rsaEncrypt"] = await KeyAsync("""{"KeySpec":"RSA_2048","KeyUsage":"ENCRYPT_DECRYPT"}"""),
            ["agreement"] = await KeyAsync("""{"KeySpec":"ECC_NIST_P256","KeyUsage":"KEY_AGREEMENT"}"""),
            ["mac"] = await KeyAsync("""{"KeySpec":"HMAC_256","KeyUsage":"GENERATE_VERIFY_MAC"}"""),
            ["external"] = await KeyAsync("""{"Origin":"EXTERNAL"}"""),
            ["regions"] = await KeyAsync("""{"MultiRegion":true}"""),
            ["tomorrow"] = TimeProvider.System.GetUtcNow().AddDays(1).ToUnixTimeSeconds().ToString(),
        };
        await CallAsync("CreateAlias", $$"""{"AliasName":"alias/conditions","TargetKeyId":"{{names["symmetric"]}}"}""");
        await CallAsync("ReplicateKey", $$"""{"KeyId":"{{names["regions"]}}","ReplicaRegion":"europe-west1"}""");
        names["sealed"] = (await CallAsync("Encrypt", Fill(Encrypt, names))).GetProperty("CiphertextBlob").GetString()!;
        return names;
    }

    private static string Fill(string text, Dictionary<string, string> names) =>
        names.Aggregate(text, (filled, name) => filled.Replace("{" + name.Key + "}", name.Value));

    private static string Import(string rest) =>
        $$"""{"KeyId":"{external}","ImportToken":"AAAA","EncryptedKeyMaterial":"AAAA",{{rest}}}""";

    private static string Parameters(string algorithm, string spec) =>
        $$"""{"KeyId":"{external}","WrappingAlgorithm":"{{algorithm}}","WrappingKeySpec":"{{spec}}"}""";

    private static string Point()
    {
        using var pair = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Convert.ToBase64String(pair.ExportSubjectPublicKeyInfo());
    }
}
