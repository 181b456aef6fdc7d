using System.Security.Cryptography;
using System.Text.Json;

namespace Keyward.Tests.Doors.Aws;

/// <summary>A key with several imported materials: it is used with all that are or were its current one, or not at
/// all (AWS KMS, ImportKeyMaterial and DeleteImportedKeyMaterial).</summary>
public sealed class ImportedMaterialsTests
{
    private static readonly byte[][] Materials = [[.. Enumerable.Repeat((byte)1, 32)],
        [.. Enumerable.Repeat((byte)2, 32)], [.. Enumerable.Repeat((byte)3, 32)]];

    [Fact]
    public async Task Without_an_older_material_a_key_is_pending_import_until_that_comes_again()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var key = await MakeAsync(doors, """{"Origin":"EXTERNAL"}""");
        var first = await ImportAsync(doors, key, Materials[0]);
        await ImportAsync(doors, key, Materials[1], "NEW_KEY_MATERIAL");
        await CallAsync(doors, "RotateKeyOnDemand", key);
        var sealedText = Text(await CallAsync(doors, "Encrypt", key, ""","Plaintext":"AAAA" """), "CiphertextBlob");

        await CallAsync(doors, "DeleteImportedKeyMaterial", key, $$""","KeyMaterialId":"{{first}}" """);
        Assert.Equal("PendingImport", await StateAsync(doors, key));
        foreach (var (operation, more) in new[]
        {
            ("Encrypt", ""","Plaintext":"AAAA" """), ("GenerateDataKey", ""","KeySpec":"AES_256" """),
            ("Decrypt", $$""","CiphertextBlob":"{{sealedText}}" """), ("RotateKeyOnDemand", ""), ("DisableKey", ""),
        })
            Assert.Equal("KMSInvalidStateException", await FaultAsync(doors, operation, key, more));

        await ImportAsync(doors, key, Materials[0]);
        Assert.Equal("Enabled", await StateAsync(doors, key));
        Assert.Equal("AAAA", Text(await CallAsync(
            doors, "Decrypt", key, $$""","CiphertextBlob":"{{sealedText}}" """), "Plaintext"));
    }

    [Fact]
    public async Task What_goes_before_its_rotation_is_missed_by_nobody()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var key = await MakeAsync(doors, """{"Origin":"EXTERNAL"}""");
        await ImportAsync(doors, key, Materials[0]);
        var dropped = await ImportAsync(doors, key, Materials[1], "NEW_KEY_MATERIAL");
        await CallAsync(doors, "DeleteImportedKeyMaterial", key, $$""","KeyMaterialId":"{{dropped}}" """);
        Assert.Equal("Enabled", await StateAsync(doors, key));
        var taken = await ImportAsync(doors, key, Materials[2], "NEW_KEY_MATERIAL");
        await CallAsync(doors, "RotateKeyOnDemand", key);
        Assert.Equal("Enabled", await StateAsync(doors, key));
        var materials = await MaterialsAsync(doors, key);
        Assert.Equal(2, materials.Count);
        Assert.Equal(taken, Text(materials[1], "KeyMaterialId"));
    }

    [Fact]
    public async Task A_replica_waits_for_every_material_and_loses_what_its_primary_drops()
    {
        const string There = "eu-west-1";
        await using var doors = await OpenDoors.OpenAsync();
        var key = await MakeAsync(doors, """{"Origin":"EXTERNAL","MultiRegion":true}""");
        await ImportAsync(doors, key, Materials[0]);
        await ImportAsync(doors, key, Materials[1], "NEW_KEY_MATERIAL");
        await CallAsync(doors, "RotateKeyOnDemand", key);
        await CallAsync(doors, "ReplicateKey", key, $$""","ReplicaRegion":"{{There}}" """);
        Assert.All(await MaterialsAsync(doors, key, There),
            m => Assert.Equal("PENDING_IMPORT", Text(m, "ImportState")));
        await ImportAsync(doors, key, Materials[1], region: There);
        Assert.Equal("PendingImport", await StateAsync(doors, key, There));
        await ImportAsync(doors, key, Materials[0], region: There);
        Assert.Equal("Enabled", await StateAsync(doors, key, There));

        var next = await ImportAsync(doors, key, Materials[2], "NEW_KEY_MATERIAL");
        await ImportAsync(doors, key, Materials[2], region: There);
        Assert.Equal(3, (await MaterialsAsync(doors, key, There)).Count);
        await CallAsync(doors, "DeleteImportedKeyMaterial", key, $$""","KeyMaterialId":"{{next}}" """);
        Assert.Equal(2, (await MaterialsAsync(doors, key, There)).Count);
        Assert.Equal("Enabled", await StateAsync(doors, key, There));
    }

    [Fact]
    public async Task The_earliest_expiry_of_all_materials_is_the_keys()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var key = await MakeAsync(doors, """{"Origin":"EXTERNAL"}""");
        var made = (long)(await CallAsync(doors, "DescribeKey", key)).GetProperty("KeyMetadata")
            .GetProperty("CreationDate").GetDouble();
        var soon = DateTimeOffset.FromUnixTimeSeconds(made).AddDays(9).ToUnixTimeSeconds();
        await ImportAsync(doors, key, Materials[0], expiry: soon);
        await ImportAsync(doors, key, Materials[1], "NEW_KEY_MATERIAL");
        await CallAsync(doors, "RotateKeyOnDemand", key);
        var shown = (await CallAsync(doors, "DescribeKey", key)).GetProperty("KeyMetadata");
        Assert.Equal(soon, shown.GetProperty("ValidTo").GetInt64());
        Assert.Equal("KEY_MATERIAL_EXPIRES", Text(shown, "ExpirationModel"));
    }

    private static async Task<string> MakeAsync(OpenDoors doors, string body) => Text((await doors.CallAwsAsync(
        "TrentService.CreateKey", body)).Json.GetProperty("KeyMetadata"), "KeyId");

    private static async Task<string> ImportAsync(OpenDoors doors, string key, byte[] material, string? kind = null,
        string region = "us-east-1", long? expiry = null)
    {
        var given = await CallAsync(doors, "GetParametersForImport", key,
            ""","WrappingAlgorithm":"RSAES_OAEP_SHA_256","WrappingKeySpec":"RSA_2048" """, region);
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(Text(given, "PublicKey")), out _);
        var wrapped = Convert.ToBase64String(rsa.Encrypt(material, RSAEncryptionPadding.OaepSHA256));
        return Text(await CallAsync(doors, "ImportKeyMaterial", key, $$"""
            ,"ImportToken":"{{Text(given, "ImportToken")}}","EncryptedKeyMaterial":"{{wrapped}}"
            {{(kind is null ? "" : $",\"ImportType\":\"{kind}\"")}},
            {{(expiry is { } time ? $"\"ValidTo\":{time}" : "\"ExpirationModel\":\"KEY_MATERIAL_DOES_NOT_EXPIRE\"")}}
            """, region), "KeyMaterialId");
    }

    private static async Task<string> StateAsync(OpenDoors doors, string key, string region = "us-east-1") => Text(
        (await CallAsync(doors, "DescribeKey", key, region: region)).GetProperty("KeyMetadata"), "KeyState");

    private static async Task<List<JsonElement>> MaterialsAsync(
        OpenDoors doors, string key, string region = "us-east-1") =>
        [.. (await CallAsync(doors, "ListKeyRotations", key, ""","IncludeKeyMaterial":"ALL_KEY_MATERIAL" """, region))
            .GetProperty("Rotations").EnumerateArray()];

    private static async Task<JsonElement> CallAsync(
        OpenDoors doors, string operation, string key, string more = "", string region = "us-east-1")
    {
        var reply = await doors.CallAwsAsync(
            "TrentService." + operation, $$"""{"KeyId":"{{key}}"{{more}}}""", region: region);
        Assert.True(reply.Status == 200, $"{operation}: {reply.Text}");
        return reply.Text.Length == 0 ? default : reply.Json;
    }

    private static async Task<string> FaultAsync(OpenDoors doors, string operation, string key, string more) => Text(
        (await doors.CallAwsAsync("TrentService." + operation, $$"""{"KeyId":"{{key}}"{{more}}}""")).Json, "__type");

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
