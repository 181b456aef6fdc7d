using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Names;

namespace Keyward.Doors.Aws.Kms;

/// <summary>Encrypt, Decrypt, ReEncrypt.</summary>
internal static class EncryptionOperations
{
    private static readonly Member Ciphertext = Member.Blob("CiphertextBlob", 1, 6_144);

    /// <summary>Attestation documents of enclaves; there are none here.</summary>
    public static readonly Member Recipient = Member.Structure("Recipient", new Shape(
        Member.Choice("KeyEncryptionAlgorithm", ["RSAES_OAEP_SHA_256"]),
        Member.Blob("AttestationDocument", 1, 262_144)));

    private static readonly Member Modifiers = Member.Choices("DryRunModifiers", ["IGNORE_CIPHERTEXT"]);

    public static readonly Operation[] All =
    [
        new("Encrypt", new Shape(Member.Key().Required(), Member.Blob("Plaintext", 1, 4_096).Required(),
            Member.Context(), Member.Tokens, Algorithm("EncryptionAlgorithm"), Member.DryRun), Encrypt),
        new("Decrypt", new Shape(Ciphertext, Member.Context(), Member.Tokens, Member.Key(),
            Algorithm("EncryptionAlgorithm"), Recipient, Member.DryRun, Modifiers), Decrypt),
        new("ReEncrypt", new Shape(Ciphertext, Member.Context("SourceEncryptionContext"), Member.Key("SourceKeyId"),
            Member.Key("DestinationKeyId").Required(), Member.Context("DestinationEncryptionContext"),
            Algorithm("SourceEncryptionAlgorithm"), Algorithm("DestinationEncryptionAlgorithm"), Member.Tokens,
            Member.DryRun, Modifiers), ReEncrypt),
    ];

    /// <summary>Refuses what only an enclave can ask for.</summary>
    public static Answer? RefuseRecipient(Call call) => call.Input.Has("Recipient")
        ? Answer.Of(Fault.Unsupported("Recipient is for attested enclaves, which this server cannot verify."))
        : null;

    /// <summary>Whether the algorithm that a call names is one of the key's; without a name it is
    /// SYMMETRIC_DEFAULT.</summary>
    private static Fault? JudgeAlgorithm(Call call, FoundKey key, string member)
    {
        if (KeySpecs.UsageOf(key) != KeySpecs.Encrypting) return null;
        KeySpecs.SchemeOf(key, call.Input.Text(member) ?? KeySpecs.SymmetricDefault, out var fault);
        return fault;
    }

    private static Member Algorithm(string name) => Member.Choice(name, Schemes.Encryption);

    private static ValueTask<Answer> Encrypt(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.All, out var answer) is not { } key
            || !Contexts.TryRead(call.Input, "EncryptionContext", out var context, out answer)) return new(answer!);
        if (JudgeAlgorithm(call, key, "EncryptionAlgorithm") is { } fault) return new(Answer.Of(fault));
        return call.PassAsync(new Encrypt(key.Name, null, call.Input.Blob("Plaintext"), context), (json, result) =>
        {
            json.WriteBase64String("CiphertextBlob", result.Ciphertext);
            json.WriteString("KeyId", Arns.Of(key));
            json.WriteString("EncryptionAlgorithm", KeySpecs.SymmetricDefault);
        });
    }

    private static ValueTask<Answer> Decrypt(Call call)
    {
        if (RefuseRecipient(call) is { } refused) return new(refused);
        if (SourceKey(call, "KeyId", out var answer) is not { } key
            || !Contexts.TryRead(call.Input, "EncryptionContext", out var context, out answer)) return new(answer!);
        if (JudgeAlgorithm(call, key, "EncryptionAlgorithm") is { } fault)
            return new(Answer.Of(fault with { Type = "IncorrectKeyException", Message = Refusals.Incorrect }));
        return call.PassAsync(new Decrypt(key.Name, call.Input.Blob("CiphertextBlob"), context), (json, result) =>
        {
            json.WriteString("KeyId", Arns.Of(key));
            json.WriteBase64String("Plaintext", result.Plaintext);
            json.WriteString("EncryptionAlgorithm", KeySpecs.SymmetricDefault);
            json.WriteString("KeyMaterialId", result.Version.MaterialIdText);
        });
    }

    private static ValueTask<Answer> ReEncrypt(Call call)
    {
        var input = call.Input;
        if (SourceKey(call, "SourceKeyId", out var answer) is not { } source
            || call.FindKey("DestinationKeyId", KeyForms.All, out answer) is not { } destination
            || !Contexts.TryRead(input, "SourceEncryptionContext", out var before, out answer)
            || !Contexts.TryRead(input, "DestinationEncryptionContext", out var after, out answer))
            return new(answer!);
        var operation = new ReEncrypt(
            source.Name, input.Blob("CiphertextBlob"), before, destination.Name, after);
        return call.PassAsync(operation, (json, result) =>
        {
            json.WriteBase64String("CiphertextBlob", result.Ciphertext);
            json.WriteString("SourceKeyId", Arns.Of(source));
            json.WriteString("KeyId", Arns.Of(destination));
            json.WriteString("SourceEncryptionAlgorithm", KeySpecs.SymmetricDefault);
            json.WriteString("DestinationEncryptionAlgorithm", KeySpecs.SymmetricDefault);
            json.WriteString("SourceKeyMaterialId", result.Source.MaterialIdText);
            json.WriteString("DestinationKeyMaterialId", result.Destination.MaterialIdText);
        });
    }

    /// <summary>The key that is named, or else the one that the ciphertext names. That one is taken only from the
    /// caller's own account: who hands out ciphertexts of his own key must not learn who opens them.</summary>
    private static FoundKey? SourceKey(Call call, string member, out Answer? answer)
    {
        if (!call.Input.Has("CiphertextBlob"))
        {
            answer = Answer.Of(Fault.Validation("1 validation error detected: Value at 'ciphertextBlob' failed to " +
                "satisfy constraint: Member must not be null"));
            return null;
        }

        if (call.Input.Has(member)) return call.FindKey(member, KeyForms.All, out answer);
        if (KeyReference.ByCiphertext(call.Region, call.Input.Blob("CiphertextBlob")) is { } reference)
            return call.Find(reference, out answer);
        answer = Answer.Of(new Fault("InvalidCiphertextException", null, RefusalReason.InvalidCiphertext));
        return null;
    }
}
