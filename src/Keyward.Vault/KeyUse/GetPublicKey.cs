using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>A version's public half.</summary>
/// <param name="Info">SubjectPublicKeyInfo, DER.</param>
/// <param name="Raw">The bare bytes of the algorithm's standard; empty where there is no such form.</param>
public sealed record PublicHalf(ReadOnlyMemory<byte> Info, ReadOnlyMemory<byte> Raw, KeyVersion Version);

/// <summary>Hands out the public half of a version that may be used.</summary>
public sealed record GetPublicKey(KeyName Key, int? Version) : IOperation<PublicHalf>
{
    /// <summary>Why a door's protocol has no form for the keys of an algorithm, if so.</summary>
    public Func<AlgorithmRow, Refusal?> Offers { get; init; } = _ => null;

    Verb IOperation<PublicHalf>.Verb { get; } = new("get_public_key", OperationClass.AdminRead);

    Demand IOperation<PublicHalf>.Demand => Demands.On(Permission.VersionsViewPublicKey, Key, Version);

    void IOperation<PublicHalf>.Describe(RecordDraft draft) => VersionUse.Describe(draft, Key, Version);

    ValueTask<Outcome<PublicHalf>> IOperation<PublicHalf>.RunAsync(Passage passage) => VersionUse.RunAsync(
        passage, Key, Version, Purpose.Unspecified, (used, row) => Run(passage, used, row), isCheap: true);

    private Outcome<PublicHalf> Run(Passage passage, KeyVersion used, AlgorithmRow row)
    {
        if (!row.HasPublicKey)
            return new Refusal(RefusalReason.WrongPurpose, $"{Key} is a symmetric key: it has no public half.",
                Key.ToString());
        if (Offers(row) is { } formless) return formless;
        var keystore = passage.Vault.Keystore;
        return new PublicHalf(keystore.PublicKey(used.Material), keystore.RawPublicKey(used.Material), used);
    }
}
