using System.Text.Json;
using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Algorithms;
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

    private static Member Algorithm(string name) => Member.Choice(name, Schemes.Encryption);

    private static ValueTask<Answer> Encrypt(Call call)
    {
        var input = call.Input;
        if (call.FindKey("KeyId", KeyForms.All, out var answer) is not { } key
            || End(call, key, "EncryptionAlgorithm", "EncryptionContext", out answer) is not { } end)
            return new(answer!);
        var name = Schemes.NameOf(end.Scheme);
        IOperation<Encrypted> operation = end.Scheme == Scheme.Symmetric
            ? new Encrypt(key.Name, key.Version, input.Blob("Plaintext"), end.Context)
            : new AsymmetricEncrypt(key.Name, key.Version, end.Scheme, input.Blob("Plaintext"));
        return call.PassAsync(operation, (json, result) =>
        {
            json.WriteBase64String("CiphertextBlob", result.Ciphertext);
            json.WriteString("KeyId", Arns.Of(key));
            json.WriteString("EncryptionAlgorithm", name);
        });
    }

    private static ValueTask<Answer> Decrypt(Call call)
    {
        var input = call.Input;
        if (RefuseRecipient(call) is { } refused) return new(refused);
        if (SourceKey(call, "KeyId", out var answer) is not { } key
            || End(call, key, "EncryptionAlgorithm", "EncryptionContext", out answer) is not { } end)
            return new(answer!);
        if (!input.Has("CiphertextBlob")) return call.PassAsync(new RehearseDecrypt(end, null), write: null);
        if (end.Scheme == Scheme.Symmetric)
            return call.PassAsync(new Decrypt(key.Name, input.Blob("CiphertextBlob"), end.Context), (json, result) =>
            {
                WriteOpened(json, key, end, result.Plaintext);
                json.WriteString("KeyMaterialId", result.Version.MaterialIdText);
            });
        return call.PassAsync(new AsymmetricDecrypt(key.Name, key.Version, end.Scheme, input.Blob("CiphertextBlob")),
            (json, result) => WriteOpened(json, key, end, result.Bytes));
    }

    private static void WriteOpened(Utf8JsonWriter json, FoundKey key, CryptEnd end, byte[] plaintext)
    {
        json.WriteString("KeyId", Arns.Of(key));
        json.WriteBase64String("Plaintext", plaintext);
        json.WriteString("EncryptionAlgorithm", Schemes.NameOf(end.Scheme));
    }

    private static ValueTask<Answer> ReEncrypt(Call call)
    {
        var input = call.Input;
        if (SourceKey(call, "SourceKeyId", out var answer) is not { } source
            || call.FindKey("DestinationKeyId", KeyForms.All, out answer) is not { } destination
            || End(call, source, "SourceEncryptionAlgorithm", "SourceEncryptionContext", out answer) is not { } from
            || End(call, destination, "DestinationEncryptionAlgorithm", "DestinationEncryptionContext", out answer)
                is not { } to) return new(answer!);
        if (!input.Has("CiphertextBlob")) return call.PassAsync(new RehearseDecrypt(from, to), write: null);
        return call.PassAsync(new ReEncrypt(from, input.Blob("CiphertextBlob"), to), (json, result) =>
        {
            json.WriteBase64String("CiphertextBlob", result.Ciphertext);
            json.WriteString("SourceKeyId", Arns.Of(source));
            json.WriteString("KeyId", Arns.Of(destination));
            json.WriteString("SourceEncryptionAlgorithm", Schemes.NameOf(from.Scheme));
            json.WriteString("DestinationEncryptionAlgorithm", Schemes.NameOf(to.Scheme));
            if (from.Scheme == Scheme.Symmetric)
                json.WriteString("SourceKeyMaterialId", result.Source.MaterialIdText);
            if (to.Scheme == Scheme.Symmetric)
                json.WriteString("DestinationKeyMaterialId", result.Destination.MaterialIdText);
        });
    }

    /// <summary>A key with the algorithm and the context that the call names for it. Without a name the algorithm is
    /// SYMMETRIC_DEFAULT; whether it is one of the key's is the vault's to say.</summary>
    private static CryptEnd? End(Call call, FoundKey key, string algorithm, string context, out Answer? answer)
    {
        var name = call.Input.Text(algorithm) ?? KeySpecs.SymmetricDefault;
        var scheme = Schemes.Parse(name);
        if (!Contexts.TryRead(call.Input, context, out var bound, out answer)) return null;
        if (scheme != Scheme.Symmetric) call.Algorithm = name;
        if (scheme == Scheme.Symmetric == (key.Purpose != Purpose.AsymmetricDecrypt))
        {
            if (scheme == Scheme.Symmetric || bound.IsNone)
                return new CryptEnd(key.Name, scheme, bound) { Version = key.Version };
            answer = Answer.Of(Fault.Validation("Encryption context is not supported with asymmetric keys."));
            return null;
        }

        // A key of another usage is refused as such by the vault; here only the algorithm is the wrong one.
        if (KeySpecs.UsageOf(key) != KeySpecs.Encrypting) return new CryptEnd(key.Name, Scheme.Symmetric, bound);
        answer = Answer.Of(new Fault("InvalidKeyUsageException",
            $"Algorithm {name} is incompatible with key spec {KeySpecs.SpecOf(key.Algorithm)}.",
            RefusalReason.AlgorithmMismatch));
        return null;
    }

    /// <summary>A rehearsal may leave the ciphertext out, if it says so and names the key.</summary>
    private static Fault? JudgeCiphertext(Call call, string member)
    {
        var isIgnored = call.Input.Texts(Modifiers.Name).Count > 0;
        if (isIgnored && !call.IsDryRun)
            return Fault.Validation("DryRunModifiers can only be specified when DryRun is true.");
        if (!call.Input.Has("CiphertextBlob") && !isIgnored) return Missing("ciphertextBlob");
        return call.Input.Has("CiphertextBlob") || call.Input.Has(member)
            ? null
            : Missing(char.ToLowerInvariant(member[0]) + member[1..]);
    }

    private static Fault Missing(string member) => Fault.Validation(
        $"1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null");

    /// <summary>The key that is named, or else the one that the ciphertext names. That one is taken only from the
    /// caller's own account: who hands out ciphertexts of his own key must not learn who opens them.</summary>
    private static FoundKey? SourceKey(Call call, string member, out Answer? answer)
    {
        if (JudgeCiphertext(call, member) is { } fault)
        {
            answer = Answer.Of(fault);
            return null;
        }

        if (call.Input.Has(member)) return call.FindKey(member, KeyForms.All, out answer);
        if (KeyReference.ByCiphertext(call.Region, call.Input.Blob("CiphertextBlob")) is { } reference)
            return call.Find(reference, out answer);
        answer = Answer.Of(new Fault("InvalidCiphertextException", null, RefusalReason.InvalidCiphertext));
        return null;
    }
}
