using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Gate;
using Keyward.Vault.Imports;
using Keyward.Vault.Keys;

namespace Keyward.Doors.Aws.Kms;

/// <summary>GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial.</summary>
internal static class ImportOperations
{
    private const string Expires = "KEY_MATERIAL_EXPIRES";
    private const int MaximumLifetimeDays = 365;

    private static readonly Member MaterialId = Member.Text("KeyMaterialId", 64, 64).Like(ModelPattern.MaterialId);

    /// <summary>AWS's wrappings, by algorithm and key.</summary>
    private static readonly (string Algorithm, string Spec, ImportMethod Method)[] Methods =
    [
        ("RSAES_OAEP_SHA_1", "RSA_2048", ImportMethod.RsaOaep2048Sha1),
        ("RSAES_OAEP_SHA_1", "RSA_3072", ImportMethod.RsaOaep3072Sha1),
        ("RSAES_OAEP_SHA_1", "RSA_4096", ImportMethod.RsaOaep4096Sha1),
        ("RSAES_OAEP_SHA_256", "RSA_2048", ImportMethod.RsaOaep2048Sha256),
        ("RSAES_OAEP_SHA_256", "RSA_3072", ImportMethod.RsaOaep3072Sha256),
        ("RSAES_OAEP_SHA_256", "RSA_4096", ImportMethod.RsaOaep4096Sha256),
        ("RSA_AES_KEY_WRAP_SHA_1", "RSA_2048", ImportMethod.RsaOaep2048Sha1Aes256),
        ("RSA_AES_KEY_WRAP_SHA_1", "RSA_3072", ImportMethod.RsaOaep3072Sha1Aes256),
        ("RSA_AES_KEY_WRAP_SHA_1", "RSA_4096", ImportMethod.RsaOaep4096Sha1Aes256),
        ("RSA_AES_KEY_WRAP_SHA_256", "RSA_2048", ImportMethod.RsaOaep2048Sha256Aes256),
        ("RSA_AES_KEY_WRAP_SHA_256", "RSA_3072", ImportMethod.RsaOaep3072Sha256Aes256),
        ("RSA_AES_KEY_WRAP_SHA_256", "RSA_4096", ImportMethod.RsaOaep4096Sha256Aes256),
    ];

    public static readonly Operation[] All =
    [
        new("GetParametersForImport", new Shape(Member.Key().Required(),
            Member.Choice("WrappingAlgorithm", ["RSAES_PKCS1_V1_5", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256",
                "RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256", "SM2PKE"]).Required(),
            Member.Choice("WrappingKeySpec", ["RSA_2048", "RSA_3072", "RSA_4096", "SM2"]).Required()),
            GetParametersForImport),
        new("ImportKeyMaterial", new Shape(Member.Key().Required(), Member.Blob("ImportToken", 1, 6_144).Required(),
            Member.Blob("EncryptedKeyMaterial", 1, 6_144).Required(), Member.Time("ValidTo"),
            Member.Choice("ExpirationModel", [Expires, "KEY_MATERIAL_DOES_NOT_EXPIRE"]),
            Member.Choice("ImportType", ["NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"]),
            Member.Text("KeyMaterialDescription", 0, 256).Like(ModelPattern.MaterialDescription), MaterialId),
            ImportKeyMaterial),
        new("DeleteImportedKeyMaterial", new Shape(Member.Key().Required(), MaterialId), DeleteImportedKeyMaterial),
    ];

    private static ValueTask<Answer> GetParametersForImport(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        var algorithm = call.Input.Text("WrappingAlgorithm")!;
        var spec = call.Input.Text("WrappingKeySpec")!;
        var row = Array.Find(Methods, m => m.Algorithm == algorithm && m.Spec == spec);
        if (row.Method == ImportMethod.Unspecified)
            return new(Answer.Of(Fault.Unsupported(
                $"Wrapping algorithm {algorithm} with wrapping key spec {spec} is not supported.")));
        return call.PassAsync(new GetImportParameters(key.Name, row.Method), (json, parameters) =>
        {
            json.WriteString("KeyId", Arns.Of(key));
            json.WriteBase64String("ImportToken", parameters.Token);
            json.WriteBase64String("PublicKey", parameters.PublicKey.Span);
            json.WriteTime("ParametersValidTo", parameters.Expires);
        });
    }

    private static ValueTask<Answer> ImportKeyMaterial(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        var input = call.Input;
        if (JudgeExpiry(input, call.Gate.Now) is { } fault) return new(Answer.Of(fault));
        return call.PassAsync(new ImportMaterial(
            key.Name, input.Blob("ImportToken")!, input.Blob("EncryptedKeyMaterial")!)
        {
            ExpireTime = input.Time("ValidTo"),
            Kind = input.Text("ImportType") switch
            {
                "NEW_KEY_MATERIAL" => ImportKind.New,
                "EXISTING_KEY_MATERIAL" => ImportKind.Existing,
                _ => ImportKind.Unspecified,
            },
            Description = input.Text("KeyMaterialDescription"),
            MaterialId = input.Text("KeyMaterialId"),
        }, (json, version) => Write(json, key, version));
    }

    private static ValueTask<Answer> DeleteImportedKeyMaterial(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        var operation = new DeleteMaterial(key.Name) { MaterialId = call.Input.Text("KeyMaterialId") };
        return call.PassAsync(operation, (json, version) => Write(json, key, version));
    }

    /// <summary>Only symmetric keys have materials to tell apart.</summary>
    private static void Write(System.Text.Json.Utf8JsonWriter json, Vault.Names.FoundKey key, KeyVersion? version)
    {
        json.WriteString("KeyId", Arns.Of(key));
        if (version is not null && key.Purpose == Vault.Algorithms.Purpose.EncryptDecrypt)
            json.WriteString("KeyMaterialId", version.MaterialIdText);
    }

    /// <summary>KEY_MATERIAL_EXPIRES is what is meant where nothing is said.</summary>
    private static Fault? JudgeExpiry(Input input, DateTimeOffset now)
    {
        var doesExpire = (input.Text("ExpirationModel") ?? Expires) == Expires;
        if (doesExpire != input.Has("ValidTo"))
            return Fault.Validation(doesExpire
                ? $"A validTo date must be set if the ExpirationModel is {Expires}"
                : "A validTo date cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE");
        return input.Time("ValidTo") is { } time && (time <= now || time > now.AddDays(MaximumLifetimeDays))
            ? Fault.Validation($"The validTo date must be in the future and within {MaximumLifetimeDays} days.")
            : null;
    }
}
