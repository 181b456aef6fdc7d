using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>The secret that a version shares with the owner of a public key (SubjectPublicKeyInfo, DER): the raw x
/// coordinate of ECDH.</summary>
public sealed class Agree(KeyName key, int? version, ReadOnlyMemory<byte> publicKey) : IOperation<Opened>
{
    Verb IOperation<Opened>.Verb { get; } = new("agree", OperationClass.DataRead);

    Demand IOperation<Opened>.Demand => Demands.On(Permission.VersionsUseToDeriveSharedSecret, key, version);

    void IOperation<Opened>.Describe(RecordDraft draft) => VersionUse.Describe(draft, key, version);

    ValueTask<Outcome<Opened>> IOperation<Opened>.RunAsync(Passage passage) =>
        VersionUse.RunAsync(passage, key, version, Purpose.KeyAgreement, (used, _) => Run(passage, used));

    private Outcome<Opened> Run(Passage passage, KeyVersion used)
    {
        if (!passage.Vault.Keystore.TryAgree(used.Material, publicKey.Span, out var secret))
            return KeyRules.Invalid("The public key is not a DER SubjectPublicKeyInfo of a point on the key's curve.");
        Digests.Add(passage, "public_key", publicKey.Span);
        return new Opened(secret, used);
    }
}
