using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>A ciphertext in a standard mode, with what is needed to open it elsewhere.</summary>
/// <param name="TagSizeBytes">How much of the ciphertext's end is the tag; 0 in modes that have none.</param>
public sealed record RawEncrypted(byte[] Ciphertext, byte[] Iv, int TagSizeBytes, KeyVersion Version);

/// <summary>Encrypts in the version's standard mode, without any format around it. Without an initialization vector one
/// is drawn.</summary>
public sealed class RawEncrypt(KeyName key, int? version, ReadOnlyMemory<byte> plaintext, ReadOnlyMemory<byte> aad,
    ReadOnlyMemory<byte> iv) : IOperation<RawEncrypted>
{
    Verb IOperation<RawEncrypted>.Verb { get; } = new("raw_encrypt", OperationClass.DataWrite);

    Demand IOperation<RawEncrypted>.Demand => Demands.On(Permission.VersionsUseToEncrypt, key, version);

    void IOperation<RawEncrypted>.Describe(RecordDraft draft)
    {
        VersionUse.Describe(draft, key, version);
        draft.PlaintextSizeBytes = plaintext.Length;
        draft.ContextSizeBytes = aad.IsEmpty ? null : aad.Length;
        draft.Parameter("iv", iv.IsEmpty ? "drawn" : "given");
    }

    async ValueTask<Outcome<RawEncrypted>> IOperation<RawEncrypted>.RunAsync(Passage passage)
    {
        if (!VersionUse.Find(passage, key, version, Purpose.RawEncryptDecrypt).TryGet(out var used, out var refusal))
            return refusal;
        var row = AlgorithmTable.Of(used.Algorithm);
        if (RawRules.JudgeEncryption(row.Scheme, plaintext.Length, aad.Length, iv.Length) is { } bad) return bad;
        if (row.Scheme == Scheme.AesGcm
            && await passage.Messages.TakeAsync(used).ConfigureAwait(false) is { } exhausted) return exhausted;
        return Run(passage, used, row);
    }

    private RawEncrypted Run(Passage passage, KeyVersion used, AlgorithmRow row)
    {
        var vector = iv.ToArray();
        if (vector.Length == 0)
        {
            vector = new byte[RawRules.IvSizeOf(row.Scheme)];
            passage.Vault.Keystore.Random(vector);
        }

        var ciphertext = passage.Vault.Keystore.RawEncrypt(used.Material, vector, aad.Span, plaintext.Span);
        if (!aad.IsEmpty) Digests.Add(passage, "aad", aad.Span);
        Digests.Add(passage, "ciphertext", ciphertext);
        var tag = row.Scheme == Scheme.AesGcm ? RawRules.TagSizeBytes : 0;
        return new RawEncrypted(ciphertext, vector, tag, used);
    }
}
