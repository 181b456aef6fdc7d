using System.Security.Cryptography;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.KeyUse;

/// <summary>What came out of a ciphertext. Dispose clears the plaintext.</summary>
public sealed class Decrypted(byte[] plaintext, KeyVersion version, bool usedPrimary) : IDisposable
{
    public byte[] Plaintext { get; } = plaintext;

    public KeyVersion Version { get; } = version;

    public bool UsedPrimary { get; } = usedPrimary;

    public void Dispose() => CryptographicOperations.ZeroMemory(Plaintext);
}

/// <summary>Opens a ciphertext under the key that is named. Damaged, of another context: one refusal for all, so that
/// it tells nothing that the ciphertext's header does not; the header says whose it is.</summary>
public sealed class Decrypt(KeyName key, ReadOnlyMemory<byte> ciphertext, Context context) : IOperation<Decrypted>
{
    private static readonly Verb Name = new("decrypt", OperationClass.DataRead);

    private static readonly Refusal NotOpened = new(RefusalReason.InvalidCiphertext,
        "Decryption failed: verify that 'name' refers to the correct CryptoKey.");

    Verb IOperation<Decrypted>.Verb => Name;

    Demand IOperation<Decrypted>.Demand => Demand.On(Permission.VersionsUseToDecrypt, key);

    IRequestAttributes IOperation<Decrypted>.Attributes => ContextAttributes.Of(context);

    void IOperation<Decrypted>.Describe(RecordDraft draft)
    {
        draft.Project = key.Project.Value;
        draft.CiphertextSizeBytes = ciphertext.Length;
        draft.ContextSizeBytes = context.IsNone ? null : context.Encoded.Length - 1;
    }

    ValueTask<Outcome<Decrypted>> IOperation<Decrypted>.RunAsync(Passage passage) => new(Run(passage));

    private Outcome<Decrypted> Run(Passage passage)
    {
        var sealedBytes = ciphertext.Span;
        if (sealedBytes.Length > Ciphertext.SizeOf(Encrypt.MaximumPlaintextSizeBytes)) return TooLarge.Ciphertext;
        if (context.Encoded.Length > Context.MaximumOpaqueSizeBytes + 1) return TooLarge.Context;
        if (passage.Snapshot.Find(key) is not { } entry)
        {
            passage.Record.Resource = key.ToString();
            return KeyRefusals.NotFound(key);
        }

        passage.Record.Resource = entry.Versions.Length > 0 ? entry.Versions[0].Name.Parent.ToString() : key.ToString();
        if (KeyRefusals.JudgeUse(entry, passage.Now) is { } resting) return resting;
        if (entry.Key.Purpose != Purpose.EncryptDecrypt) return WrongPurpose.Of(key);
        if (KeyImports.IsBare(entry)) return KeyRefusals.NoPrimary(entry.Key);
        if (!Ciphertext.TryReadPrefix(sealedBytes, out var keyId, out var number)) return NotOpened;
        if (keyId != entry.Key.Id) return NotOpened with { Reason = RefusalReason.IncorrectKey };
        if (entry.Find(number) is not { } version) return NotOpened;
        passage.Record.Version = version;
        passage.Record.Resource = version.Material.Sealed.Binding.Name;
        if (AlteredRows.Refuse(passage.Snapshot, version) is { } altered) return altered;
        if (version.StateAt(passage.Now) is var state && state != VersionState.Enabled)
            return KeyRefusals.NotEnabled(version, state);

        Digests.Set(passage, context, sealedBytes);
        var plaintext = GC.AllocateUninitializedArray<byte>(sealedBytes.Length - Ciphertext.OverheadBytes);
        return passage.Vault.Keystore.TryDecrypt(version.Material, context.Encoded, sealedBytes, plaintext)
            ? new Decrypted(plaintext, version, entry.Key.PrimaryVersion == number)
            : NotOpened;
    }
}
