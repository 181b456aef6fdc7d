using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Keys;

/// <summary>A signed statement of where a version comes from: the JSON text's bytes, an Ed25519 signature over exactly
/// them, and the public key (SubjectPublicKeyInfo) to check it with.</summary>
public sealed record ProvenanceStatement(byte[] Statement, byte[] Signature, byte[] PublicKey);

/// <summary>States who made a version, when and how, and signs it for others to keep. Works on a destroyed version,
/// too: provenance is never erased.</summary>
public sealed record GetProvenance(VersionName Name) : IOperation<ProvenanceStatement>
{
    Verb IOperation<ProvenanceStatement>.Verb { get; } = new("get_provenance", OperationClass.AdminRead);

    Demand IOperation<ProvenanceStatement>.Demand => Demand.On(Permission.VersionsGet, Name);

    void IOperation<ProvenanceStatement>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Parent.Project.Value;
    }

    ValueTask<Outcome<ProvenanceStatement>> IOperation<ProvenanceStatement>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Name.Parent) is not { } entry || entry.Find(Name.Number) is not { } version)
            return new(KeyRefusals.NotFound(Name));
        passage.Record.Version = version;
        var hierarchy = passage.Vault.Hierarchy;
        var statement = StatementText.Write(passage, entry.Key, version);
        return new(new ProvenanceStatement(
            statement, hierarchy.SignStatement(statement), hierarchy.StatementPublicKey));
    }
}
