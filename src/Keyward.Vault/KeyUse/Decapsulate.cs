using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>The shared secret of a KEM ciphertext. One that was altered gives another secret: implicit
/// rejection.</summary>
public sealed class Decapsulate(KeyName key, int? version, ReadOnlyMemory<byte> ciphertext) : IOperation<Opened>
{
    Verb IOperation<Opened>.Verb { get; } = new("decapsulate", OperationClass.DataRead);

    Demand IOperation<Opened>.Demand => Demands.On(Permission.VersionsUseToDecapsulate, key, version);

    void IOperation<Opened>.Describe(RecordDraft draft)
    {
        VersionUse.Describe(draft, key, version);
        draft.CiphertextSizeBytes = ciphertext.Length;
    }

    ValueTask<Outcome<Opened>> IOperation<Opened>.RunAsync(Passage passage) =>
        VersionUse.RunAsync(passage, key, version, Purpose.KeyEncapsulation, (used, row) => Run(passage, used, row));

    private Outcome<Opened> Run(Passage passage, KeyVersion used, AlgorithmRow row)
    {
        if (!passage.Vault.Keystore.TryDecapsulate(used.Material, ciphertext.Span, out var secret))
            return KeyRules.Invalid($"The ciphertext has another length than one of {row.SealLabel}.");
        Digests.Add(passage, "ciphertext", ciphertext.Span);
        return new Opened(secret, used);
    }
}
