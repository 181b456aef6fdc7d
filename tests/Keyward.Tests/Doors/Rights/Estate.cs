using System.Security.Cryptography;
using System.Text.Json;
using Keyward.Vault.Automation;

namespace Keyward.Tests.Doors.Rights;

/// <summary>One project with a key of every purpose, made by its owner, and for each method of Google's service a call
/// that its owner may make.</summary>
internal sealed class Estate(OpenDoors doors, string project, Person owner)
{
    private const string Text = "aGVsbG8=";

    private readonly Dictionary<string, string> _made = [];

    public Person Owner { get; } = owner;

    private string Location => $"projects/{project}/locations/us-east-1";

    private string Ring => Location + "/keyRings/shop";

    public static async Task<Estate> FoundAsync(OpenDoors doors, string project)
    {
        await doors.OkAsync("POST", "/keyward/v1/projects", $$"""{"id":"{{project}}"}""");
        var owner = await Person.MakeAsync(doors, "owner", project);
        await Scene.AddAsync(doors, "projects/" + project, "roles/owner", owner.Member);
        var estate = new Estate(doors, project, owner);
        await estate.FurnishAsync();
        return estate;
    }

    /// <summary>Verb, path and body of a call of each method, in an order in which each succeeds once.</summary>
    public IEnumerable<(string Method, string Verb, string Path, string Body)> Calls()
    {
        foreach (var (method, call) in Table())
        {
            var parts = call.Split(' ', 3);
            yield return (method, parts[0], "/v1/" + parts[1], parts.Length > 2 ? parts[2] : "");
        }
    }

    private (string Method, string Call)[] Table() =>
    [
        ("ListKeyRings", $"GET {Location}/keyRings"),
        ("ListCryptoKeys", $"GET {Ring}/cryptoKeys"),
        ("ListCryptoKeyVersions", $"GET {Key("orders")}/cryptoKeyVersions"),
        ("ListImportJobs", $"GET {Ring}/importJobs"),
        ("ListRetiredResources", $"GET {Location}/retiredResources"),
        ("GetKeyRing", $"GET {Ring}"),
        ("GetCryptoKey", $"GET {Key("orders")}"),
        ("GetCryptoKeyVersion", $"GET {First("orders")}"),
        ("GetPublicKey", $"GET {First("sign")}/publicKey"),
        ("GetImportJob", $"GET {Ring}/importJobs/job"),
        ("GetRetiredResource", $"GET {_made["retired"]}"),
        ("GetOperation", $"GET {_made["operation"]}"),
        ("CreateKeyRing", $"POST {Location}/keyRings?keyRingId=new {{}}"),
        ("CreateCryptoKey", $$"""POST {{Ring}}/cryptoKeys?cryptoKeyId=new {"purpose":"ENCRYPT_DECRYPT"}"""),
        ("CreateCryptoKeyVersion", $"POST {Key("orders")}/cryptoKeyVersions {{}}"),
        ("CreateImportJob", $"POST {Ring}/importJobs?importJobId=new {Job}"),
        ("UpdateCryptoKey", $$"""PATCH {{Key("orders")}}?updateMask=labels {"labels":{"a":"b"} }"""),
        ("UpdateCryptoKeyVersion", $$"""PATCH {{First("orders")}}?updateMask=state {"state":"ENABLED"}"""),
        ("UpdateCryptoKeyPrimaryVersion",
            $$"""POST {{Key("orders")}}:updatePrimaryVersion {"cryptoKeyVersionId":"1"}"""),
        ("Encrypt", $$"""POST {{Key("orders")}}:encrypt {"plaintext":"{{Text}}"}"""),
        ("Decrypt", $$"""POST {{Key("orders")}}:decrypt {"ciphertext":"{{_made["sealed"]}}"}"""),
        ("RawEncrypt", $$"""POST {{First("raw")}}:rawEncrypt {"plaintext":"{{Text}}"}"""),
        ("RawDecrypt", $$"""
            POST {{First("raw")}}:rawDecrypt {"ciphertext":"{{_made["raw"]}}","initializationVector":"{{_made["iv"]}}"}
            """),
        ("AsymmetricSign", $$"""POST {{First("sign")}}:asymmetricSign {"data":"{{Text}}"}"""),
        ("AsymmetricDecrypt", $$"""POST {{First("open")}}:asymmetricDecrypt {"ciphertext":"{{_made["oaep"]}}"}"""),
        ("MacSign", $$"""POST {{First("mac")}}:macSign {"data":"{{Text}}"}"""),
        ("MacVerify", $$"""POST {{First("mac")}}:macVerify {"data":"{{Text}}","mac":"{{Zeros(32)}}"}"""),
        ("Decapsulate", $$"""POST {{First("kem")}}:decapsulate {"ciphertext":"{{Zeros(1088)}}"}"""),
        ("GenerateRandomBytes", $$"""POST {{Location}}:generateRandomBytes {"lengthBytes":16}"""),
        ("ImportCryptoKeyVersion", $"POST {Key("brought")}/cryptoKeyVersions:import {_made["import"]}"),
        ("GetIamPolicy", $"GET {Key("orders")}:getIamPolicy"),
        ("SetIamPolicy", $$"""POST {{Key("orders")}}:setIamPolicy {"policy":{} }"""),
        ("DestroyCryptoKeyVersion", $"POST {First("doomed")}:destroy {{}}"),
        ("RestoreCryptoKeyVersion", $"POST {First("doomed")}:restore {{}}"),
        ("DeleteCryptoKeyVersion", $"DELETE {First("spoilt")}"),
        ("DeleteCryptoKey", $"DELETE {Key("empty")}"),
    ];

    private const string Job = """{"importMethod":"RSA_OAEP_3072_SHA256","protectionLevel":"SOFTWARE"}""";

    private string Key(string id) => $"{Ring}/cryptoKeys/{id}";

    private string First(string id) => Key(id) + "/cryptoKeyVersions/1";

    private static string Zeros(int size) => Convert.ToBase64String(new byte[size]);

    private async Task FurnishAsync()
    {
        await PostAsync($"{Location}/keyRings?keyRingId=shop", "{}");
        (string Id, string Purpose, string Algorithm)[] keys =
        [
            ("orders", "ENCRYPT_DECRYPT", "GOOGLE_SYMMETRIC_ENCRYPTION"), ("raw", "RAW_ENCRYPT_DECRYPT", "AES_256_GCM"),
            ("sign", "ASYMMETRIC_SIGN", "EC_SIGN_P256_SHA256"), ("mac", "MAC", "HMAC_SHA256"),
            ("open", "ASYMMETRIC_DECRYPT", "RSA_DECRYPT_OAEP_2048_SHA256"), ("kem", "KEY_ENCAPSULATION", "ML_KEM_768"),
            ("doomed", "MAC", "HMAC_SHA256"),
        ];
        foreach (var (id, purpose, algorithm) in keys)
            await PostAsync($"{Ring}/cryptoKeys?cryptoKeyId={id}",
                $$"""{"purpose":"{{purpose}}","versionTemplate":{"algorithm":"{{algorithm}}"} }""");
        foreach (var id in (string[])["brought", "spoilt", "empty", "gone"])
            await PostAsync($"{Ring}/cryptoKeys?cryptoKeyId={id}&skipInitialVersionCreation=true",
                """{"purpose":"ENCRYPT_DECRYPT","importOnly":true}""");
        _made["sealed"] = (await PostAsync($"{Key("orders")}:encrypt", $$"""{"plaintext":"{{Text}}"}"""))
            .GetProperty("ciphertext").GetString()!;
        var raw = await PostAsync($"{First("raw")}:rawEncrypt", $$"""{"plaintext":"{{Text}}"}""");
        _made["raw"] = raw.GetProperty("ciphertext").GetString()!;
        _made["iv"] = raw.GetProperty("initializationVector").GetString()!;
        _made["oaep"] = Wrap(await EnabledAsync(First("open"), "ENABLED", "/publicKey"), "pem");
        await ImportAsync();
        var deletion = await Owner.OkAsync("DELETE", "/v1/" + Key("gone"));
        _made["operation"] = deletion.GetProperty("name").GetString()!;
        _made["retired"] = deletion.GetProperty("metadata").GetProperty("retiredResource").GetString()!;
    }

    private async Task ImportAsync()
    {
        await PostAsync($"{Ring}/importJobs?importJobId=job", Job);
        var job = await EnabledAsync($"{Ring}/importJobs/job", "ACTIVE", "");
        string Body(string wrapped) => $$"""
            {"importJob":"{{Ring}}/importJobs/job","algorithm":"GOOGLE_SYMMETRIC_ENCRYPTION","wrappedKey":"{{wrapped}}"}
            """;
        _made["import"] = Body(Wrap(job.GetProperty("publicKey"), "pem")).ReplaceLineEndings("");
        await PostAsync($"{Key("spoilt")}/cryptoKeyVersions:import", Body(Zeros(384)));
    }

    /// <summary>RSA keys may be pending: then the server's jobs make them, a run at a time.</summary>
    private async Task<JsonElement> EnabledAsync(string name, string state, string more)
    {
        for (var runs = 0; runs < 20; runs++)
        {
            var found = await Owner.OkAsync("GET", "/v1/" + name);
            if (found.GetProperty("state").GetString() == state)
                return more.Length == 0 ? found : await Owner.OkAsync("GET", "/v1/" + name + more);
            await new Generation(doors.Gate).RunAsync(default);
            await new WrappingKeys(doors.Gate, TimeProvider.System).RunAsync(default);
        }

        throw new InvalidOperationException($"{name} never became {state}.");
    }

    private static string Wrap(JsonElement key, string member)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(key.GetProperty(member).GetString());
        return Convert.ToBase64String(rsa.Encrypt(new byte[32], RSAEncryptionPadding.OaepSHA256));
    }

    private Task<JsonElement> PostAsync(string path, string body) => Owner.OkAsync("POST", "/v1/" + path, body);
}
