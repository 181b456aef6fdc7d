using System.Security.Cryptography;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>A new data key: encrypted under the version, and in clear where it was asked for. Dispose clears
/// it.</summary>
public sealed class DataKey(byte[] plaintext, byte[] ciphertext, KeyVersion version) : IDisposable
{
    /// <summary>Empty where the caller wanted the encrypted form only.</summary>
    public byte[] Plaintext { get; } = plaintext;

    public byte[] Ciphertext { get; } = ciphertext;

    public KeyVersion Version { get; } = version;

    public void Dispose() => CryptographicOperations.ZeroMemory(Plaintext);
}

/// <summary>Makes a random key for data that is encrypted elsewhere, and encrypts it under a key's primary
/// version.</summary>
public sealed class GenerateDataKey(KeyName key, int sizeBytes, Context context, bool withPlaintext)
    : IOperation<DataKey>
{
    public const int MaximumSizeBytes = 1_024;

    /// <summary>Null for the key's primary version.</summary>
    public int? Version { get; init; }

    Verb IOperation<DataKey>.Verb { get; } = new(
        withPlaintext ? "generate_data_key" : "generate_data_key_without_plaintext", OperationClass.DataWrite);

    Demand IOperation<DataKey>.Demand => Demand.On(withPlaintext
        ? Permission.VersionsUseToGenerateDataKey
        : Permission.VersionsUseToGenerateDataKeyWithoutPlaintext, key);

    IRequestAttributes IOperation<DataKey>.Attributes => ContextAttributes.Of(context);

    void IOperation<DataKey>.Describe(RecordDraft draft)
    {
        draft.Resource = key.ToString();
        draft.Project = key.Project.Value;
        draft.PlaintextSizeBytes = sizeBytes;
        draft.ContextSizeBytes = context.IsNone ? null : context.Encoded.Length - 1;
    }

    ValueTask<Outcome<DataKey>> IOperation<DataKey>.RunAsync(Passage passage) => new(Run(passage));

    private Outcome<DataKey> Run(Passage passage)
    {
        if (sizeBytes is < 1 or > MaximumSizeBytes)
            return KeyRules.Invalid($"A data key has 1 to {MaximumSizeBytes} bytes.");
        if (!SymmetricUse.ToEncrypt(passage, key, Version).TryGet(out var found, out var refusal)) return refusal;
        var plaintext = RandomNumberGenerator.GetBytes(sizeBytes);
        var ciphertext = SymmetricUse.Encrypt(passage, found.Version, context, plaintext);
        Digests.Set(passage, context, ciphertext);
        if (withPlaintext) return new DataKey(plaintext, ciphertext, found.Version);
        CryptographicOperations.ZeroMemory(plaintext);
        return new DataKey([], ciphertext, found.Version);
    }
}
