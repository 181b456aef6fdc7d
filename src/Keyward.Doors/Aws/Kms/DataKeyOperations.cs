using System.Text.Json;
using Keyward.Doors.Aws.Wire;
using Keyward.Vault.KeyUse;

namespace Keyward.Doors.Aws.Kms;

/// <summary>GenerateDataKey, GenerateDataKeyWithoutPlaintext, GenerateRandom.</summary>
internal static class DataKeyOperations
{
    private static readonly Member Spec = Member.Choice("KeySpec", ["AES_256", "AES_128"]);
    private static readonly Member Size = Member.Integer("NumberOfBytes", 1, 1_024);

    private static readonly Member PairSpec = Member.Choice("KeyPairSpec",
    [
        "RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1",
        "SM2", "ECC_NIST_EDWARDS25519",
    ]).Required();

    public static readonly Operation[] All =
    [
        new("GenerateDataKey", new Shape(Member.Key().Required(), Member.Context(), Size, Spec, Member.Tokens,
            EncryptionOperations.Recipient, Member.DryRun), call => GenerateDataKey(call, withPlaintext: true)),
        new("GenerateDataKeyWithoutPlaintext", new Shape(Member.Key().Required(), Member.Context(), Spec, Size,
            Member.Tokens, EncryptionOperations.Recipient, Member.DryRun),
            call => GenerateDataKey(call, withPlaintext: false)),
        new("GenerateDataKeyPair", new Shape(Member.Context(), Member.Key().Required(), PairSpec, Member.Tokens,
            EncryptionOperations.Recipient, Member.DryRun), call => GenerateDataKeyPair(call, withPlaintext: true)),
        new("GenerateDataKeyPairWithoutPlaintext", new Shape(Member.Context(), Member.Key().Required(), PairSpec,
            Member.Tokens, Member.DryRun), call => GenerateDataKeyPair(call, withPlaintext: false)),
        new("GenerateRandom", new Shape(Size, Member.Text("CustomKeyStoreId", 1, 64),
            EncryptionOperations.Recipient), GenerateRandom),
    ];

    private static ValueTask<Answer> GenerateDataKey(Call call, bool withPlaintext)
    {
        var input = call.Input;
        if (EncryptionOperations.RefuseRecipient(call) is { } refused) return new(refused);
        if (input.Has("KeySpec") == input.Has("NumberOfBytes"))
            return new(Answer.Of(Fault.Validation("Please specify either number of bytes or key spec.")));
        if (call.FindKey("KeyId", KeyForms.All, out var answer) is not { } key
            || !Contexts.TryRead(input, "EncryptionContext", out var context, out answer)) return new(answer!);
        var size = input.Number("NumberOfBytes") ?? (input.Text("KeySpec") == "AES_128" ? 16 : 32);
        return call.PassAsync(new GenerateDataKey(key.Name, size, context, withPlaintext)
        {
            Version = key.Version,
        }, (json, result) =>
        {
            json.WriteBase64String("CiphertextBlob", result.Ciphertext);
            if (withPlaintext) json.WriteBase64String("Plaintext", result.Plaintext);
            json.WriteString("KeyId", Arns.Of(key));
            json.WriteString("KeyMaterialId", result.Version.MaterialIdText);
        });
    }

    private static ValueTask<Answer> GenerateDataKeyPair(Call call, bool withPlaintext)
    {
        var input = call.Input;
        if (withPlaintext && EncryptionOperations.RefuseRecipient(call) is { } refused) return new(refused);
        var spec = input.Text("KeyPairSpec")!;
        if (KeySpecs.PairOf(spec) is not { } pair)
            return new(Answer.Of(Fault.Unsupported($"KeyPairSpec {spec} is not offered by this server.")));
        if (call.FindKey("KeyId", KeyForms.All, out var answer) is not { } key
            || !Contexts.TryRead(input, "EncryptionContext", out var context, out answer)) return new(answer!);
        return call.PassAsync(new GenerateDataKeyPair(key.Name, pair, context, withPlaintext)
        {
            Version = key.Version,
        }, (json, result) =>
        {
            json.WriteBase64String("PrivateKeyCiphertextBlob", result.Ciphertext);
            if (withPlaintext) json.WriteBase64String("PrivateKeyPlaintext", result.PrivateKey);
            json.WriteBase64String("PublicKey", result.PublicKey);
            json.WriteString("KeyId", Arns.Of(key));
            json.WriteString("KeyPairSpec", spec);
            json.WriteString("KeyMaterialId", result.Version.MaterialIdText);
        });
    }

    private static ValueTask<Answer> GenerateRandom(Call call)
    {
        if (EncryptionOperations.RefuseRecipient(call) is { } refused) return new(refused);
        if (call.Input.Has("CustomKeyStoreId"))
            return new(Answer.Of(CustomStoreOperations.NotFound));
        if (call.Input.Number("NumberOfBytes") is not { } size)
            return new(Answer.Of(Fault.Validation("NumberOfBytes is required.")));
        return call.PassAsync(new GenerateRandom(call.Location, size),
            (Utf8JsonWriter json, RandomBytes result) => json.WriteBase64String("Plaintext", result.Bytes));
    }
}
