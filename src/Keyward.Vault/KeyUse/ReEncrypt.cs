using System.Security.Cryptography;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>A ciphertext under another key, and the versions it was under before and is now.</summary>
public sealed record ReEncrypted(byte[] Ciphertext, KeyVersion Source, KeyVersion Destination);

/// <summary>Opens a ciphertext and encrypts it anew under another key or context; the plaintext never leaves. The
/// caller needs a right on either key.</summary>
public sealed class ReEncrypt(
    KeyName source, ReadOnlyMemory<byte> ciphertext, Context sourceContext, KeyName destination,
    Context destinationContext) : IOperation<ReEncrypted>
{
    Verb IOperation<ReEncrypted>.Verb { get; } = new("re_encrypt", OperationClass.DataWrite);

    Demand IOperation<ReEncrypted>.Demand => Demand.On(Permission.VersionsUseToReEncryptFrom, source);

    IRequestAttributes IOperation<ReEncrypted>.Attributes => AttributesOf(sourceContext);

    void IOperation<ReEncrypted>.Describe(RecordDraft draft)
    {
        draft.Resource = source.ToString();
        draft.Project = source.Project.Value;
        draft.Parameter("destination", destination.ToString());
        draft.CiphertextSizeBytes = ciphertext.Length;
    }

    ValueTask<Outcome<ReEncrypted>> IOperation<ReEncrypted>.RunAsync(Passage passage) => new(Run(passage));

    private ContextAttributes AttributesOf(Context context) =>
        new(context) { IsOnSameKey = source == destination };

    private Outcome<ReEncrypted> Run(Passage passage)
    {
        var toEncrypt = Demand.On(Permission.VersionsUseToReEncryptTo, destination);
        if (passage.Refuse(passage.Snapshot, toEncrypt, AttributesOf(destinationContext)) is { } denied) return denied;
        var from = ciphertext.Span;
        if (from.Length > Ciphertext.SizeOf(Encrypt.MaximumPlaintextSizeBytes)) return TooLarge.Ciphertext;
        if (!SymmetricUse.ToEncrypt(passage, destination).TryGet(out var found, out var refusal)) return refusal;
        if (!SymmetricUse.ToDecrypt(passage, source, from).TryGet(out var version, out refusal)) return refusal;
        var plaintext = GC.AllocateUninitializedArray<byte>(from.Length - Ciphertext.OverheadBytes);
        try
        {
            if (!passage.Vault.Keystore.TryDecrypt(version.Material, sourceContext.Encoded, from, plaintext))
                return SymmetricUse.NotOpened(source);
            var sealedAnew = SymmetricUse.Encrypt(passage, found.Version, destinationContext, plaintext);
            Digests.Set(passage, sourceContext, from);
            passage.Record.Parameter("destination_version", found.Version.FullName);
            return new ReEncrypted(sealedAnew, version, found.Version);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }
}
