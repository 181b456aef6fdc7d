using System.Globalization;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Witnessing;

namespace Keyward.Vault.Cluster;

/// <summary>This node as a witness of the other nodes' logs: vouches for a checkpoint only where it is shown that the
/// log merely grew since the last one, which it remembers on its own disk. Not thread-safe.</summary>
internal sealed class PeerWitness(LogMemory memory, Func<string, IReadOnlyList<VerifierKey>> keysOf,
    SignatureCheck check)
{
    /// <summary>Null where the log's key is not known here yet: it may be asked again.</summary>
    public Verdict? Judge(Vouching asked)
    {
        if (keysOf(asked.Origin) is not { Count: > 0 } keys) return null;
        var known = memory.Of(asked.Origin) ?? (0, Convert.ToHexString(Merkle.EmptyRoot));
        if (asked.Request.Length > CosignRequest.MaximumSizeBytes
            || !CosignRequest.TryParse(asked.Request, out var request)
            || request.Signed.Checkpoint.Origin != asked.Origin || request.Signed.WhyNot(keys, check) is not null)
            return new Verdict(known.Size, "what it asks in the store was altered");
        var checkpoint = request.Signed.Checkpoint;
        if (checkpoint.Size < known.Size)
            return new Verdict(known.Size, string.Create(CultureInfo.InvariantCulture,
                $"it shows fewer than the {known.Size} records that were vouched for: it went back"));
        if (request.OldSize != known.Size) return new Verdict(known.Size, null);
        if (!TreeProof.IsConsistent(known.Size, Convert.FromHexString(known.Root), checkpoint.Size, checkpoint.Root,
            request.Proof))
            return new Verdict(known.Size, string.Create(CultureInfo.InvariantCulture,
                $"its first {known.Size} records are not those that were vouched for: it was exchanged"));
        if (checkpoint.Size > known.Size) memory.Keep(asked.Origin, checkpoint.Size, checkpoint.Root);
        return new Verdict(null, null) { Signed = request.Signed };
    }

    /// <param name="Known">The size to ask from; null where it vouches.</param>
    /// <param name="Fault">What is wrong with the log; null where nothing is known to be.</param>
    internal sealed record Verdict(long? Known, string? Fault)
    {
        /// <summary>What to put its name to, once the memory is on disk.</summary>
        public SignedCheckpoint? Signed { get; init; }
    }
}
