using System.Text;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Witnessing;

namespace Keyward.Vault.Cluster;

/// <summary>What the log of one node asks another one, and what that one answered, as it stands in the store: the
/// messages of a C2SP witness with the store as messenger, which can lose them and forge none.</summary>
/// <param name="Origin">The log that asks.</param>
/// <param name="Witness">The node that is asked.</param>
/// <param name="Request">The body of an add-checkpoint request.</param>
internal sealed record Vouching(string Origin, string Witness, byte[] Request)
{
    /// <summary>Not answered yet.</summary>
    public bool IsOpen { get; init; } = true;

    /// <summary>The size that the witness follows from, where it was asked from another one; null where it
    /// vouched.</summary>
    public long? Known { get; init; }

    /// <summary>The last checkpoint for which it vouched, with its cosignature; empty for none.</summary>
    public byte[] Cosigned { get; init; } = [];

    public static Vouching Ask(string witness, CosignRequest request) =>
        new(request.Signed.Checkpoint.Origin, witness, Encoding.UTF8.GetBytes(request.ToString()));

    /// <summary>The checkpoint and the cosignature of the one that was asked, if both are good.</summary>
    public (Checkpoint Checkpoint, NoteSignature Cosignature)? Judge(
        Func<string, IReadOnlyList<VerifierKey>> keysOf, string witnessOrigin, SignatureCheck check)
    {
        if (Cosigned.Length == 0 || !SignedCheckpoint.TryParse(Cosigned, out var signed)
            || signed.Checkpoint.Origin != Origin || signed.WhyNot(keysOf(Origin), check) is not null) return null;
        List<VerifierKey> witnesses = [.. keysOf(witnessOrigin).Select(k => k.AsWitness())];
        if (signed.Note.SignedBy(witnesses, check) is not { Count: > 0 }) return null;
        return (signed.Checkpoint, signed.Note.Signatures.First(s => witnesses.Exists(k =>
            k.Name == s.Name && k.Id == s.KeyId)));
    }
}
