using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>Opens a ciphertext of the version's standard mode, made here or elsewhere.</summary>
public sealed class RawDecrypt(KeyName key, int? version, ReadOnlyMemory<byte> ciphertext, ReadOnlyMemory<byte> aad,
    ReadOnlyMemory<byte> iv, int tagSizeBytes) : IOperation<Opened>
{
    private static readonly Refusal NotOpened = new(RefusalReason.InvalidCiphertext,
        "Decryption failed: verify that 'name' refers to the correct CryptoKeyVersion, and that the initialization " +
        "vector, the tag's length and the additional authenticated data are those of the encryption.");

    Verb IOperation<Opened>.Verb { get; } = new("raw_decrypt", OperationClass.DataRead);

    Demand IOperation<Opened>.Demand => Demands.On(Permission.VersionsUseToDecrypt, key, version);

    void IOperation<Opened>.Describe(RecordDraft draft)
    {
        VersionUse.Describe(draft, key, version);
        draft.CiphertextSizeBytes = ciphertext.Length;
        draft.ContextSizeBytes = aad.IsEmpty ? null : aad.Length;
    }

    ValueTask<Outcome<Opened>> IOperation<Opened>.RunAsync(Passage passage) =>
        VersionUse.RunAsync(passage, key, version, Purpose.RawEncryptDecrypt, (used, row) => Run(passage, used, row));

    private Outcome<Opened> Run(Passage passage, KeyVersion used, AlgorithmRow row)
    {
        if (RawRules.JudgeDecryption(row.Scheme, ciphertext.Length, aad.Length, iv.Length,
            tagSizeBytes) is { } refusal) return refusal;
        if (!aad.IsEmpty) Digests.Add(passage, "aad", aad.Span);
        Digests.Add(passage, "ciphertext", ciphertext.Span);
        var tag = row.Scheme != Scheme.AesGcm ? 0 : tagSizeBytes == 0 ? RawRules.TagSizeBytes : tagSizeBytes;
        return passage.Vault.Keystore.TryRawDecrypt(
            used.Material, iv.Span, aad.Span, ciphertext.Span, tag, out var plaintext)
            ? new Opened(plaintext, used)
            : NotOpened;
    }
}
