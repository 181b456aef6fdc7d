using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary>AWS's official Node client, unmodified: what came of each step of <c>aws-kms.js</c>.</summary>
public sealed class AwsNodeClientTests
{
    private const string Incorrect =
        "IncorrectKeyException: The key ID in the request does not identify a CMK that can perform this operation.";

    private static readonly (string Step, string Json)[] Expected =
    [
        ("roundTrip", "true"), ("reEncrypted", "true"), ("dataKeys", "true"), ("random", "32"),
        ("wrongContext", "\"InvalidCiphertextException\""), ("garbage", "\"InvalidCiphertextException\""),
        ("otherKey", $"\"{Incorrect}\""), ("cannotDecrypt", $"\"{Incorrect}\""),
        ("dryRun",
            "\"DryRunOperationException: The request would have succeeded, but the DryRun option is set.\""),
        ("pairs", """
            ["RSA_2048","ECC_NIST_P256","ECC_NIST_P384","ECC_NIST_P521","ECC_SECG_P256K1","ECC_NIST_EDWARDS25519"]
            """), ("blindPair", "true"),
        ("shortDigest", "\"ValidationException: Digest is invalid length for algorithm ECDSA_SHA_256.\""),
        ("foreignAlgorithm", "\"InvalidKeyUsageException: Algorithm RSASSA_PSS_SHA_256 is incompatible with key " +
            "spec ECC_NIST_P256.\""),
        ("wrongUsage",
            "\"InvalidKeyUsageException: ARN key usage is SIGN_VERIFY which is not valid for Encrypt.\""),
        ("externalMu", "true"),
        ("macs", """{"HMAC_SHA_224":28,"HMAC_SHA_256":32,"HMAC_SHA_384":48,"HMAC_SHA_512":64}"""),
        ("foreignMac",
            "\"InvalidKeyUsageException: Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224.\""),
        ("noPublicKey", "\"UnsupportedOperationException\""),
        ("agreed", """{"ECC_NIST_P256":32,"ECC_NIST_P384":48,"ECC_NIST_P521":66}"""),
        ("noPoint", "\"ValidationException\""),
        ("agreementUsage",
            "\"ValidationException: KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048\""),
        ("rsa", "\"xyxy\""), ("throughRsa", "\"z\""), ("rsaByDefault", "\"InvalidKeyUsageException\""),
        ("rsaTooLong", "\"ValidationException: Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt " +
            "data larger than 190 bytes.\""),
        ("aliasTaken", "\"AlreadyExistsException\""), ("byAlias", "true"), ("aliases", "[true]"),
        ("aliasMoved", "true"), ("aliasGone", "\"NotFoundException\""),
        ("tags", """[{"TagKey":"cost","TagValue":"12"}]"""), ("tagTwice", "\"TagException: Duplicate tag keys\""),
        ("disabled", "\"DisabledException: ARN is disabled.\""), ("scheduled", "true"),
        ("pendingDeletion", "\"KMSInvalidStateException: ARN is pending deletion.\""),
        ("cancelled", "\"Disabled other\""),
        ("rotationStatus", "\"true 100\""), ("rotated", "true"), ("rotations", """["ON_DEMAND"]"""),
        ("materials", """["CURRENT","NON_CURRENT"]"""), ("rotatesNot", "\"UnsupportedOperationException\""),
        ("lastUsage", "\"Decrypt\""), ("neverUsed", "true"),
        ("replica", "true"), ("replicaTwice", "\"AlreadyExistsException\""),
        ("replicaRotates", "\"UnsupportedOperationException: ARN is not a multi-region primary key.\""),
        ("primaryMoved", "\"REPLICA eu-west-1\""), ("elsewhere", "\"NotFoundException: Invalid arn us-east-1\""),
        ("pendingImport", "\"KMSInvalidStateException: ARN is pending import.\""),
        ("noDate", "\"ValidationException: A validTo date must be set if the ExpirationModel is " +
            "KEY_MATERIAL_EXPIRES\""),
        ("expiring", "\"ok\""), ("deletedMaterial", "\"PendingImport\""),
        ("otherMaterial", "\"IncorrectKeyMaterialException\""), ("sameMaterial", "\"ok\""),
        ("reimported", "\"own\""), ("damagedToken", "\"InvalidImportTokenException\""),
        ("noPending", "\"KMSInvalidStateException: No available key material pending rotation for the key: ARN.\""),
        ("notExternal", "\"UnsupportedOperationException: ARN origin is AWS_KMS which is not valid for this " +
            "operation.\""),
        ("secondMaterial", "\"ok\""), ("waiting", """["CURRENT IMPORTED","PENDING_ROTATION IMPORTED 2nd"]"""),
        ("rotatedImported", "true"),
        ("deniedFromTheFirst", "\"AccessDeniedException\""), ("policyKept", "true"), ("allowedAgain", "\"ok\""),
        ("policyNames", """["default"]"""), ("badPolicy", "\"MalformedPolicyDocumentException\""),
        ("lockedOut", "\"MalformedPolicyDocumentException: The new key policy will not allow you to update the key " +
            "policy in the future.\""),
        ("defaultPolicy", "\"key-default-1\""), ("grants", """["true true Decrypt,Encrypt"]"""),
        ("withToken", "\"ok\""), ("badToken", "\"InvalidGrantTokenException\""), ("revoked", "0"),
        ("stores", "0"), ("noStore", "\"CustomKeyStoreNotFoundException\""),
        ("connect", "\"CustomKeyStoreNotFoundException\""), ("createStore", "\"UnsupportedOperationException\""),
        ("keyInStore", "\"CustomKeyStoreNotFoundException\""),
        ("unknownKey", "\"NotFoundException: Key 'arn:aws:kms:us-east-1:000000000001:key/" +
            "11111111-2222-3333-4444-555555555555' does not exist\""),
        ("badKeyId", "\"NotFoundException: Invalid keyId 'abc'\""),
        ("otherRegion", "\"NotFoundException: Invalid arn eu-west-1\""),
        ("tooMuchRandom", "\"ValidationException: 1 validation error detected: Value '1025' at 'numberOfBytes' " +
            "failed to satisfy constraint: Member must have value less than or equal to 1024\""),
        ("noRandom", "\"ValidationException: NumberOfBytes is required.\""),
        ("noUsage", "\"ValidationException: You must specify a KeyUsage value for all KMS keys except for " +
            "symmetric encryption keys.\""),
        ("badMarker", "\"InvalidMarkerException\""),
        ("unknownCaller",
            "\"UnrecognizedClientException: The security token included in the request is invalid.\""),
        ("wrongSecret", "\"InvalidSignatureException\""),
    ];

    [Fact]
    public async Task Every_operation_works_through_it_with_the_documented_errors()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var (code, output, errors) = await KeywardServer.RunAsync("node", ["aws-kms.js"],
            Path.Combine(KeywardServer.Root, "tests/clients/node"), server.AdminEnvironment());
        Assert.True(code == 0, errors + server.Errors);

        using var json = JsonDocument.Parse(output);
        var result = json.RootElement;
        Assert.False(result.TryGetProperty("failed", out var failure), failure.ToString());
        foreach (var (step, expected) in Expected)
            Assert.Equal((step, Compact(expected)), (step, Compact(result.GetProperty(step).GetRawText())));
        foreach (var signed in result.GetProperty("signed").EnumerateObject())
            Assert.True(signed.Value.ValueKind == JsonValueKind.Number, signed.ToString());
        Assert.Equal(21, result.GetProperty("signed").EnumerateObject().Count());
        Assert.Equal(14, result.GetProperty("imported").EnumerateObject().Count());
        foreach (var imported in result.GetProperty("imported").EnumerateObject())
            Assert.Equal("Enabled KEY_MATERIAL_DOES_NOT_EXPIRE", imported.Value.GetString());
        Assert.Equal(result.GetProperty("made").GetInt32(), result.GetProperty("listed").GetInt32());
    }

    private static string Compact(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement);
    }
}
