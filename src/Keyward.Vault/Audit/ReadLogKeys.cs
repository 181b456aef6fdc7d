using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit;

/// <summary>The verifier keys of all logs of the deployment, those of other nodes and of earlier logs too.</summary>
public sealed record ReadLogKeys : IOperation<IReadOnlyList<VerifierKey>>
{
    Verb IOperation<IReadOnlyList<VerifierKey>>.Verb { get; } = new("read_log_keys", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<VerifierKey>>.Demand => Demand.OnDeployment(Permission.AuditVerify);

    void IOperation<IReadOnlyList<VerifierKey>>.Describe(RecordDraft draft) => draft.Resource = "audit";

    ValueTask<Outcome<IReadOnlyList<VerifierKey>>> IOperation<IReadOnlyList<VerifierKey>>.RunAsync(Passage passage) =>
        new(Outcome.Of<IReadOnlyList<VerifierKey>>([.. KeysOf(passage)]));

    private static IEnumerable<VerifierKey> KeysOf(Passage passage)
    {
        var rows = passage.Snapshot.SealedKeys.Values.Where(r => r.Key.Binding.Kind == SealKind.AuditKey);
        foreach (var row in rows.OrderBy(r => r.Key.Binding.Name, StringComparer.Ordinal))
        {
            if (!LogKeyName.TryParse(row.Key.Binding.Name, out var name)) continue;
            using var opened = passage.Vault.Hierarchy.OpenLogKey(row.Key, name.Origin);
            yield return opened.Key;
        }
    }
}
