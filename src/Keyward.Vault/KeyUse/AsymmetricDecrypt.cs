using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>Opens what was encrypted to a version's public half. One refusal for whatever is wrong with the
/// ciphertext.</summary>
public sealed class AsymmetricDecrypt(KeyName key, int? version, Scheme? scheme, ReadOnlyMemory<byte> ciphertext)
    : IOperation<Opened>
{
    private static readonly Refusal NotOpened = new(RefusalReason.InvalidCiphertext,
        "Decryption failed: verify that 'name' refers to the correct CryptoKeyVersion.");

    Verb IOperation<Opened>.Verb { get; } = new("asymmetric_decrypt", OperationClass.DataRead);

    Demand IOperation<Opened>.Demand => Demands.On(Permission.VersionsUseToDecrypt, key, version);

    IRequestAttributes IOperation<Opened>.Attributes => new RequestAttributes((AttributeNames.Scheme, scheme));

    void IOperation<Opened>.Describe(RecordDraft draft)
    {
        VersionUse.Describe(draft, key, version);
        draft.CiphertextSizeBytes = ciphertext.Length;
    }

    ValueTask<Outcome<Opened>> IOperation<Opened>.RunAsync(Passage passage) =>
        VersionUse.RunAsync(passage, key, version, Purpose.AsymmetricDecrypt, (used, row) => Run(passage, used, row));

    private Outcome<Opened> Run(Passage passage, KeyVersion used, AlgorithmRow row)
    {
        if (!VersionUse.SchemeOf(row, scheme, used).TryGet(out var chosen, out var refusal)) return refusal;
        passage.Record.Parameter("scheme", chosen.ToString());
        if (ciphertext.Length != row.SizeBytes) return NotOpened;
        Digests.Add(passage, "ciphertext", ciphertext.Span);
        return passage.Vault.Keystore.TryAsymmetricDecrypt(used.Material, chosen, ciphertext.Span, out var plaintext)
            ? new Opened(plaintext, used)
            : NotOpened;
    }
}
