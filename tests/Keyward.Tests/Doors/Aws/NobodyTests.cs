using System.Text.Json;
using Keyward.Doors.Aws;
using Keyward.Doors.Aws.Wire;
using Keyward.Tests.Doors.Rights;

namespace Keyward.Tests.Doors.Aws;

/// <summary>A caller with a good credential and no right at all: every operation is refused him, whatever else may be
/// wrong with the call.</summary>
public sealed class NobodyTests
{
    /// <summary>Key specs of which each operation needs another one than a symmetric key's.</summary>
    private static readonly Dictionary<string, string> Specs = new()
    {
        ["Sign"] = "ECC_NIST_P256 SIGN_VERIFY", ["Verify"] = "ECC_NIST_P256 SIGN_VERIFY",
        ["GetPublicKey"] = "ECC_NIST_P256 SIGN_VERIFY", ["GenerateMac"] = "HMAC_256 GENERATE_VERIFY_MAC",
        ["VerifyMac"] = "HMAC_256 GENERATE_VERIFY_MAC", ["DeriveSharedSecret"] = "ECC_NIST_P256 KEY_AGREEMENT",
    };

    /// <summary>What the shape alone does not say.</summary>
    private static readonly Dictionary<string, string> More = new()
    {
        ["GenerateDataKey"] = "\"NumberOfBytes\":32", ["GenerateDataKeyWithoutPlaintext"] = "\"NumberOfBytes\":32",
        ["GenerateRandom"] = "\"NumberOfBytes\":32", ["ReEncrypt"] = "\"CiphertextBlob\":\"{blob}\"",
        ["Decrypt"] = "\"CiphertextBlob\":\"{blob}\"", ["ImportKeyMaterial"] =
            "\"ExpirationModel\":\"KEY_MATERIAL_DOES_NOT_EXPIRE\"", ["RetireGrant"] = "\"GrantToken\":\"{token}\"",
        ["RevokeGrant"] = "\"GrantId\":\"{grant}\"",
    };

    [Fact]
    public async Task Who_holds_nothing_is_refused_every_operation()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var nobody = await Person.MakeAsync(doors, "nobody");
        var keys = new Dictionary<string, string>
        {
            [""] = await KeyAsync(doors, "{}"),
        };
        foreach (var spec in Specs.Values.Distinct())
            keys[spec] = await KeyAsync(doors,
                $$"""{"KeySpec":"{{spec.Split(' ')[0]}}","KeyUsage":"{{spec.Split(' ')[1]}}"}""");
        await CallAsync(doors, "CreateAlias", $$"""{"AliasName":"alias/taken","TargetKeyId":"{{keys[""]}}"}""");
        var blob = (await CallAsync(doors, "Encrypt", $$"""{"KeyId":"{{keys[""]}}","Plaintext":"AAAA"}"""))
            .GetProperty("CiphertextBlob").GetString()!;
        var grant = await CallAsync(doors, "CreateGrant", $$"""
            {"KeyId":"{{keys[""]}}","GranteePrincipal":"arn:aws:iam::000000000001:user/admin","Operations":["Encrypt"]}
            """);
        var let = new List<string>();
        foreach (var (name, operation) in Operations.All)
        {
            var members = operation.Shape.Members.Where(m => m.IsRequired)
                .Select(m => $"\"{m.Name}\":{Value(m, name, keys[Specs.GetValueOrDefault(name, "")])}")
                .Where(m => !More.TryGetValue(name, out var more) || more.Split(':')[0] != m.Split(':')[0]);
            if (More.TryGetValue(name, out var given)) members = members.Append(given);
            var body = "{" + string.Join(',', members) + "}";
            var reply = await nobody.CallAwsAsync(name, body.Replace("{blob}", blob)
                .Replace("{token}", grant.GetProperty("GrantToken").GetString())
                .Replace("{grant}", grant.GetProperty("GrantId").GetString()));
            if (!reply.Text.Contains("AccessDenied", StringComparison.Ordinal)) let.Add($"{name} {body}: {reply.Text}");
        }

        Assert.True(let.Count == 0, string.Join('\n', let));
    }

    private static string Value(Member member, string operation, string key) => member switch
    {
        { Name: "AliasName" } => operation == "CreateAlias" ? "\"alias/new\"" : "\"alias/taken\"",
        { Name: "KeyId" or "TargetKeyId" or "DestinationKeyId" } => $"\"{key}\"",
        { Name: "GranteePrincipal" or "RetiringPrincipal" } => "\"arn:aws:iam::000000000001:user/nobody\"",
        { Name: "ReplicaRegion" or "PrimaryRegion" } => "\"eu-west-1\"",
        { Name: "WrappingKeySpec" } => "\"RSA_2048\"",
        { Name: "WrappingAlgorithm" } => "\"RSAES_OAEP_SHA_256\"",
        { Name: "SigningAlgorithm" } => "\"ECDSA_SHA_256\"",
        { Name: "MacAlgorithm" } => "\"HMAC_SHA_256\"",
        { Name: "Operations" } => "[\"Encrypt\"]",
        { Name: "Policy" } => """
            "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"*\"}]}"
            """.Trim(),
        { Kind: MemberKind.TagList } => """[{"TagKey":"a","TagValue":"b"}]""",
        { Kind: MemberKind.TextList } => "[\"a\"]",
        { Kind: MemberKind.Blob } => "\"AAAA\"",
        { Values: { } values } => $"\"{values[0]}\"",
        _ => "\"abcdefgh\"",
    };

    private static async Task<string> KeyAsync(OpenDoors doors, string body) =>
        (await CallAsync(doors, "CreateKey", body)).GetProperty("KeyMetadata").GetProperty("KeyId").GetString()!;

    private static async Task<JsonElement> CallAsync(OpenDoors doors, string operation, string body)
    {
        var reply = await doors.CallAwsAsync("TrentService." + operation, body);
        Assert.True(reply.Status == 200, $"{operation}: {reply.Text}");
        return reply.Text.Length == 0 ? default : reply.Json;
    }
}
