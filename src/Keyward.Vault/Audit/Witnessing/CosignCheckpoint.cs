using System.Globalization;
using System.Security.Cryptography;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Witnessing;

/// <summary>Vouches that a log of somebody else's only grew: its last size is compared and set in the store before the
/// cosignature is given, so that no two histories of one log are ever vouched for, by whichever node is asked. The
/// caller is the log itself.</summary>
public sealed record CosignCheckpoint(CosignRequest Request) : IOperation<NoteSignature>
{
    private Checkpoint Checkpoint => Request.Signed.Checkpoint;

    Verb IOperation<NoteSignature>.Verb { get; } = new("cosign_checkpoint", OperationClass.DataWrite);

    Demand IOperation<NoteSignature>.Demand => Demand.None("witness");

    void IOperation<NoteSignature>.Describe(RecordDraft draft)
    {
        draft.Resource = "witness";
        draft.Parameter("log", Checkpoint.Origin);
        draft.Parameter("size", Checkpoint.Size.ToString(CultureInfo.InvariantCulture));
        draft.Parameter("root", Convert.ToBase64String(Checkpoint.Root));
    }

    async ValueTask<Outcome<NoteSignature>> IOperation<NoteSignature>.RunAsync(Passage passage) =>
        await passage.ChangeAsync(((IOperation<NoteSignature>)this).Demand, Change).ConfigureAwait(false);

    private Outcome<NoteSignature> Change(ChangeDraft draft)
    {
        if (!draft.Snapshot.AuditKeeping.WitnessedLogs.TryGetValue(Checkpoint.Origin, out var log) || !log.IsActive)
            return WitnessRefusals.UnknownLog;
        if (Judge(log) is { } refusal) return refusal;
        // The key is made with the first log that is added, so it is there.
        using var signer = WitnessKeys.Open(draft.Snapshot, draft.Hierarchy)!;
        draft.Put(log with { Size = Checkpoint.Size, Root = Checkpoint.Root, UpdateTime = draft.Now });
        return signer.Cosign(Request.Signed.Note.Text, draft.Now.ToUnixTimeSeconds());
    }

    private Refusal? Judge(WitnessedLog log)
    {
        if (Request.OldSize > Checkpoint.Size) return WitnessRefusals.OldIsLarger;
        if (Request.OldSize != log.Size) return WitnessRefusals.OtherSize(log.Size);
        if (Checkpoint.Size == log.Size && !Checkpoint.Root.AsSpan().SequenceEqual(log.Root))
            return WitnessRefusals.OtherRoot;
        return TreeProof.IsConsistent(log.Size, log.Root, Checkpoint.Size, Checkpoint.Root, Request.Proof)
            ? null
            : WitnessRefusals.NotConsistent;
    }
}

/// <summary>The deployment's key as a witness, one for all nodes.</summary>
internal static class WitnessKeys
{
    public static string NameOf(Deployment deployment) => $"keyward/{deployment.Id}/witness";

    /// <summary>Null where nothing was ever witnessed.</summary>
    public static INoteSigner? Open(Snapshot snapshot, IKeyHierarchy hierarchy) =>
        snapshot.SealedKeys.Values.FirstOrDefault(k => k.Key.Binding.Kind == SealKind.WitnessKey) is { } row
            ? hierarchy.OpenLogKey(row.Key, NameOf(snapshot.Deployment!))
            : null;

    public static void MakeIfNone(ChangeDraft draft)
    {
        if (draft.Snapshot.SealedKeys.Values.Any(k => k.Key.Binding.Kind == SealKind.WitnessKey)) return;
        var name = NameOf(draft.Snapshot.Deployment!);
        draft.Put(new SealedKeyRow(
            RandomNumberGenerator.GetBytes(16), draft.Hierarchy.MakeLogKey(name, SealKind.WitnessKey), draft.Now));
    }
}
