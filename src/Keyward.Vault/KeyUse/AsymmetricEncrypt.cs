using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>Encrypts a few bytes to a version's public half, for doors whose callers do not do it themselves.</summary>
public sealed class AsymmetricEncrypt(KeyName key, int? version, Scheme? scheme, ReadOnlyMemory<byte> plaintext)
    : IOperation<Encrypted>
{
    Verb IOperation<Encrypted>.Verb { get; } = new("asymmetric_encrypt", OperationClass.DataWrite);

    Demand IOperation<Encrypted>.Demand => Demands.On(Permission.VersionsUseToEncrypt, key, version);

    IRequestAttributes IOperation<Encrypted>.Attributes => new RequestAttributes((AttributeNames.Scheme, scheme));

    void IOperation<Encrypted>.Describe(RecordDraft draft)
    {
        VersionUse.Describe(draft, key, version);
        draft.PlaintextSizeBytes = plaintext.Length;
    }

    ValueTask<Outcome<Encrypted>> IOperation<Encrypted>.RunAsync(Passage passage) => VersionUse.RunAsync(passage, key,
        version, Purpose.AsymmetricDecrypt, (used, row) => Run(passage, used, row), isCheap: true);

    private Outcome<Encrypted> Run(Passage passage, KeyVersion used, AlgorithmRow row)
    {
        if (!VersionUse.SchemeOf(row, scheme, used).TryGet(out var chosen, out var refusal)) return refusal;
        passage.Record.Parameter("scheme", chosen.ToString());
        var limit = SchemeTable.OaepLimitBytes(chosen, row.SizeBits);
        if (plaintext.Length > limit)
            return new Refusal(RefusalReason.TooLarge,
                $"This key and algorithm encrypt at most {limit} bytes. Encrypt larger data locally under a data key.");
        var ciphertext = passage.Vault.Keystore.AsymmetricEncrypt(used.Material, chosen, plaintext.Span);
        Digests.Add(passage, "ciphertext", ciphertext);
        return new Encrypted(ciphertext, used);
    }
}
