using System.Security.Cryptography;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>A new key pair for use elsewhere: its public half, its private half encrypted under the version, and in
/// clear where it was asked for. Dispose clears that.</summary>
public sealed class DataKeyPair(byte[] publicKey, byte[] privateKey, byte[] ciphertext, KeyVersion version)
    : IDisposable
{
    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public byte[] PublicKey { get; } = publicKey;

    /// <summary>PKCS#8, DER; empty where the caller wanted the encrypted form only.</summary>
    public byte[] PrivateKey { get; } = privateKey;

    public byte[] Ciphertext { get; } = ciphertext;

    public KeyVersion Version { get; } = version;

    public void Dispose() => CryptographicOperations.ZeroMemory(PrivateKey);
}

/// <summary>Makes a key pair that is used elsewhere, and encrypts its private half under a key's primary
/// version.</summary>
public sealed class GenerateDataKeyPair(KeyName key, Algorithm pair, Context context, bool withPlaintext)
    : IOperation<DataKeyPair>
{
    /// <summary>Null for the key's primary version.</summary>
    public int? Version { get; init; }

    /// <summary>How long a request waits for a key that takes long to make.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Refusal Waiting = new(RefusalReason.Overloaded,
        "Key pairs of this kind are being made more slowly than they are asked for. Try again.");

    Verb IOperation<DataKeyPair>.Verb { get; } = new(
        withPlaintext ? "generate_data_key_pair" : "generate_data_key_pair_without_plaintext",
        OperationClass.DataWrite);

    Demand IOperation<DataKeyPair>.Demand => Demand.On(withPlaintext
        ? Permission.VersionsUseToGenerateDataKeyPair
        : Permission.VersionsUseToGenerateDataKeyPairWithoutPlaintext, key);

    IRequestAttributes IOperation<DataKeyPair>.Attributes => new ContextAttributes(context) { DataKeyPair = pair };

    void IOperation<DataKeyPair>.Describe(RecordDraft draft)
    {
        draft.Resource = key.ToString();
        draft.Project = key.Project.Value;
        draft.Parameter("pair", pair.ToString());
        draft.ContextSizeBytes = context.IsNone ? null : context.Encoded.Length - 1;
    }

    async ValueTask<Outcome<DataKeyPair>> IOperation<DataKeyPair>.RunAsync(Passage passage)
    {
        if (!SymmetricUse.ToEncrypt(passage, key, Version).TryGet(out var found, out var refusal)) return refusal;
        if (await passage.Vault.Keystore.MakeDataKeyPairAsync(pair, Patience).ConfigureAwait(false)
            is not { PrivateKey: var privateKey, PublicKey: var publicKey }) return Waiting;
        var ciphertext = SymmetricUse.Encrypt(passage, found.Version, context, privateKey);
        Digests.Set(passage, context, ciphertext);
        if (withPlaintext) return new DataKeyPair(publicKey, privateKey, ciphertext, found.Version);
        CryptographicOperations.ZeroMemory(privateKey);
        return new DataKeyPair(publicKey, [], ciphertext, found.Version);
    }
}
