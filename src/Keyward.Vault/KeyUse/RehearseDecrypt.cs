using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>Whether the caller could open a ciphertext of a key, and encrypt it anew under another one, with no
/// ciphertext to show: rights, kinds and states are judged, what only a ciphertext tells is not.</summary>
/// <param name="destination">Null where it is only to be opened.</param>
public sealed class RehearseDecrypt(CryptEnd source, CryptEnd? destination) : IOperation<Done>
{
    Verb IOperation<Done>.Verb { get; } = destination is null
        ? new("decrypt", OperationClass.DataRead)
        : new("re_encrypt", OperationClass.DataWrite);

    Demand IOperation<Done>.Demand => Demands.On(destination is null
        ? Permission.VersionsUseToDecrypt
        : Permission.VersionsUseToReEncryptFrom, source.Key, source.Version);

    IRequestAttributes IOperation<Done>.Attributes => AttributesOf(source);

    void IOperation<Done>.Describe(RecordDraft draft)
    {
        draft.Resource = source.Key.ToString();
        draft.Project = source.Key.Project.Value;
        draft.Parameter("rehearsal", "true");
        if (destination is not null) draft.Parameter("destination", destination.Key.ToString());
    }

    ValueTask<Outcome<Done>> IOperation<Done>.RunAsync(Passage passage) => new(Run(passage));

    private Outcome<Done> Run(Passage passage)
    {
        if (destination is not null && passage.Refuse(passage.Snapshot,
            Demands.On(Permission.VersionsUseToReEncryptTo, destination.Key, destination.Version),
            AttributesOf(destination)) is { } denied) return denied;
        return Judge(passage, source) ?? (destination is null ? null : Judge(passage, destination)) ?? Rehearsal.Passed;
    }

    private static Refusal? Judge(Passage passage, CryptEnd end)
    {
        if (end.Scheme == Scheme.Symmetric) return SymmetricUse.ToEncrypt(passage, end.Key, end.Version).Refusal;
        var found = VersionUse.Find(passage, end.Key, end.Version, Purpose.AsymmetricDecrypt);
        return found.TryGet(out var version, out var refusal)
            ? VersionUse.SchemeOf(AlgorithmTable.Of(version.Algorithm), end.Scheme, version).Refusal
            : refusal;
    }

    private ContextAttributes AttributesOf(CryptEnd end) => new(end.Context)
    {
        IsOnSameKey = destination is null ? null : source.Key == destination.Key, Scheme = end.Scheme,
    };
}
