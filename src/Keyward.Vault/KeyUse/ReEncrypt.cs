using System.Security.Cryptography;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>One end of a re-encryption: a key, the scheme for its material, and the context; only symmetric keys have
/// one.</summary>
public sealed record CryptEnd(KeyName Key, Scheme Scheme, Context Context)
{
    /// <summary>The version of the key; null for the one that the key itself would take. A symmetric ciphertext names
    /// its own.</summary>
    public int? Version { get; init; }
}

/// <summary>A ciphertext under another key, and the versions it was under before and is now.</summary>
public sealed record ReEncrypted(byte[] Ciphertext, KeyVersion Source, KeyVersion Destination);

/// <summary>Opens a ciphertext and encrypts it anew under another key or context; the plaintext never leaves. The
/// caller needs a right on either key.</summary>
public sealed class ReEncrypt(CryptEnd source, ReadOnlyMemory<byte> ciphertext, CryptEnd destination)
    : IOperation<ReEncrypted>
{
    Verb IOperation<ReEncrypted>.Verb { get; } = new("re_encrypt", OperationClass.DataWrite);

    Demand IOperation<ReEncrypted>.Demand =>
        Demands.On(Permission.VersionsUseToReEncryptFrom, source.Key, source.Version);

    IRequestAttributes IOperation<ReEncrypted>.Attributes => AttributesOf(source);

    void IOperation<ReEncrypted>.Describe(RecordDraft draft)
    {
        draft.Resource = source.Key.ToString();
        draft.Project = source.Key.Project.Value;
        draft.Parameter("destination", destination.Key.ToString());
        draft.CiphertextSizeBytes = ciphertext.Length;
    }

    ValueTask<Outcome<ReEncrypted>> IOperation<ReEncrypted>.RunAsync(Passage passage)
    {
        var toEncrypt = Demands.On(Permission.VersionsUseToReEncryptTo, destination.Key, destination.Version);
        if (passage.Refuse(passage.Snapshot, toEncrypt, AttributesOf(destination)) is { } denied) return new(denied);
        var isSlow = IsAsymmetric(source) || IsAsymmetric(destination);
        return isSlow ? SlowLane.Shared.RunAsync(() => Run(passage)) : new(Run(passage));
    }

    private static bool IsAsymmetric(CryptEnd end) => end.Scheme != Scheme.Symmetric;

    private ContextAttributes AttributesOf(CryptEnd end) =>
        new(end.Context) { IsOnSameKey = source.Key == destination.Key, Scheme = end.Scheme };

    private Outcome<ReEncrypted> Run(Passage passage)
    {
        if (ciphertext.Length > Ciphertext.SizeOf(Encrypt.MaximumPlaintextSizeBytes)) return TooLarge.Ciphertext;
        if (!FindTarget(passage).TryGet(out var target, out var refusal)) return refusal;
        if (!Open(passage, out var version).TryGet(out var plaintext, out refusal)) return refusal;
        try
        {
            if (IsAsymmetric(destination) && plaintext.Length > SchemeTable.OaepLimitBytes(
                destination.Scheme, AlgorithmTable.Of(target.Algorithm).SizeBits))
                return new Refusal(RefusalReason.TooLarge, "The plaintext is larger than the key can encrypt.",
                    destination.Key.ToString());
            var anew = IsAsymmetric(destination)
                ? passage.Vault.Keystore.AsymmetricEncrypt(target.Material, destination.Scheme, plaintext)
                : SymmetricUse.Encrypt(passage, target, destination.Context, plaintext);
            Digests.Set(passage, source.Context, ciphertext.Span);
            passage.Record.Parameter("destination_version", target.FullName);
            passage.Record.TargetVersion = target;
            return new ReEncrypted(anew, version!, target);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    private Outcome<KeyVersion> FindTarget(Passage passage)
    {
        if (IsAsymmetric(destination)) return FindPair(passage, destination);
        var symmetric = SymmetricUse.ToEncrypt(passage, destination.Key, destination.Version);
        return symmetric.TryGet(out var found, out var refusal)
            ? found.Version
            : refusal;
    }

    private Outcome<byte[]> Open(Passage passage, out KeyVersion? version)
    {
        var outcome = IsAsymmetric(source)
            ? FindPair(passage, source)
            : SymmetricUse.ToDecrypt(passage, source.Key, ciphertext.Span);
        if (!outcome.TryGet(out version, out var refusal)) return refusal;
        var keystore = passage.Vault.Keystore;
        if (IsAsymmetric(source))
            return ciphertext.Length == AlgorithmTable.Of(version.Algorithm).SizeBytes
                && keystore.TryAsymmetricDecrypt(version.Material, source.Scheme, ciphertext.Span, out var opened)
                    ? opened
                    : SymmetricUse.NotOpened(source.Key);
        var plaintext = GC.AllocateUninitializedArray<byte>(ciphertext.Length - Ciphertext.OverheadBytes);
        return keystore.TryDecrypt(version.Material, source.Context.Encoded, ciphertext.Span, plaintext)
            ? plaintext
            : SymmetricUse.NotOpened(source.Key);
    }

    private static Outcome<KeyVersion> FindPair(Passage passage, CryptEnd end)
    {
        var found = VersionUse.Find(passage, end.Key, end.Version, Purpose.AsymmetricDecrypt);
        if (!found.TryGet(out var version, out var refusal)) return refusal;
        return VersionUse.SchemeOf(AlgorithmTable.Of(version.Algorithm), end.Scheme, version)
            .TryGet(out _, out refusal) ? version : refusal;
    }
}
