using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Audit;

/// <summary>What shows that a log extends what it was: the hashes of RFC 6962 §2.1.2, and the checkpoint that they
/// lead to.</summary>
public sealed record Extension(long OldSize, IReadOnlyList<byte[]> Hashes, long Size, SignedCheckpoint Signed);

/// <summary>Proves this node's log at one size against another.</summary>
/// <param name="Size">Null for the newest checkpoint.</param>
public sealed record ProveExtension(long OldSize, long? Size) : IOperation<Extension>
{
    Verb IOperation<Extension>.Verb { get; } = new("prove_consistency", OperationClass.AdminRead);

    Demand IOperation<Extension>.Demand => Demand.OnDeployment(Permission.AuditVerify);

    void IOperation<Extension>.Describe(RecordDraft draft) => draft.Resource = "audit";

    async ValueTask<Outcome<Extension>> IOperation<Extension>.RunAsync(Passage passage)
    {
        if (passage.Log.Tree is not { } tree || passage.Log.Source is not { } source) return LogRefusals.NoTree;
        if (OldSize < 0 || Size < OldSize || OldSize > passage.Log.Size || Size > passage.Log.Size)
            return new Refusal(RefusalReason.InvalidArgument,
                "The sizes must be those that the log has or had, the older one first.");
        // The hashes of the records themselves went with them: only sizes from there on lead to a root.
        if (OldSize > 0 && OldSize < passage.Log.FirstIndex) return LogRefusals.PrunedSize;
        var signed = await tree.CoverAsync(Math.Max(OldSize, Size ?? 0)).ConfigureAwait(false);
        var size = Size ?? signed.Checkpoint.Size;
        var hashes = await new Prover(source, signed).ConsistencyAsync(OldSize, size, CancellationToken.None)
            .ConfigureAwait(false);
        return new Extension(OldSize, hashes, size, signed);
    }
}
