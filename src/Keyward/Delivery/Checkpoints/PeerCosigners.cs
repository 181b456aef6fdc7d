using System.Globalization;
using Keyward.Keystores.Root;
using Keyward.Server;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Witnessing;
using Keyward.Vault.Cluster;

namespace Keyward.Delivery.Checkpoints;

/// <summary>What another node said of a checkpoint: its cosignature, or why it has given none.</summary>
internal sealed record PeerAnswer(string Node, NoteSignature? Cosignature, string WhyNot);

/// <summary>Asks the other nodes of the deployment to vouch for this node's log, through the store: nodes need no way
/// to each other. One caller at a time.</summary>
internal sealed class PeerCosigners(VaultKeeper keeper, TimeProvider time)
{
    /// <summary>Each node looks once a second for what it is asked; some need to be asked twice.</summary>
    private const int Looks = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private IReadOnlyList<string> _asked = [];

    /// <summary>Whether there are other nodes than those that were asked last.</summary>
    public async ValueTask<bool> HaveChangedAsync(CancellationToken cancellation) =>
        !(await LivingAsync(cancellation).ConfigureAwait(false)).SequenceEqual(_asked);

    /// <summary>One answer for each living node; none where the store is not shared.</summary>
    public async ValueTask<IReadOnlyList<PeerAnswer>> AskAsync(
        SignedCheckpoint signed, ITreeSource source, CancellationToken cancellation)
    {
        var peers = await LivingAsync(cancellation).ConfigureAwait(false);
        _asked = peers;
        if (keeper.Membership is not { } members || keeper.Gate.Vault is not { } vault || peers.Count == 0) return [];
        var nodes = members.Sync.Nodes;
        var origin = signed.Checkpoint.Origin;
        var round = new Round(signed, new Prover(source, signed), members.Logs.Keys);
        await round.BeginAsync(
            peers, await nodes.ReadVouchingsAsync(origin, cancellation).ConfigureAwait(false), cancellation)
            .ConfigureAwait(false);
        for (var look = 0; round.Open.Count > 0; look++)
        {
            if (round.ToAsk.Count > 0) await nodes.AskAsync(round.ToAsk, cancellation).ConfigureAwait(false);
            round.ToAsk.Clear();
            if (look == Looks) break;
            await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
            foreach (var row in await nodes.ReadVouchingsAsync(origin, cancellation).ConfigureAwait(false))
                await round.TakeAsync(row, cancellation).ConfigureAwait(false);
        }

        // Whoever verifies this node's folder finds the witnesses' keys in it.
        if (round.Answers.Exists(a => a.Cosignature is not null))
            keeper.LogFolders.WriteVerifierKeys(vault.Snapshot, vault.Hierarchy, members.Logs.Keys);
        return [.. round.Answers, .. round.Open.Keys.Select(n => new PeerAnswer(
            n, null, $"{n} has not answered."))];
    }

    private async ValueTask<List<string>> LivingAsync(CancellationToken cancellation) =>
        keeper.Membership is not { } members || keeper.Gate.Vault is not { } vault
            ? []
            : [.. (await members.Sync.Nodes.ReadNodesAsync(cancellation).ConfigureAwait(false))
                .Where(n => !n.Dead && n.Id != members.Sync.Me.Id && n.IsSigned(vault.Hierarchy)).Select(n => n.Id)];

    /// <summary>One checkpoint, and what is still open of it.</summary>
    private sealed class Round(SignedCheckpoint signed, Prover prover, NodeLogKeys keys)
    {
        /// <summary>By node, what it was last asked.</summary>
        public Dictionary<string, (Vouching Asked, long From)> Open { get; } = new(StringComparer.Ordinal);

        public List<Vouching> ToAsk { get; } = [];

        public List<PeerAnswer> Answers { get; } = [];

        public async ValueTask BeginAsync(
            IEnumerable<string> peers, IReadOnlyList<Vouching> before, CancellationToken cancellation)
        {
            foreach (var peer in peers)
            {
                var known = before.Where(b => b.Witness == peer).Select(Judge).FirstOrDefault(j => j is not null);
                await AskAsync(peer, Math.Min(known?.Checkpoint.Size ?? 0, signed.Checkpoint.Size), cancellation)
                    .ConfigureAwait(false);
            }
        }

        public async ValueTask TakeAsync(Vouching row, CancellationToken cancellation)
        {
            if (row.IsOpen || !Open.TryGetValue(row.Witness, out var open)
                || !row.Request.AsSpan().SequenceEqual(open.Asked.Request)) return;
            if (row.Known is not { } known)
            {
                if (Judge(row) is { } good && good.Checkpoint.IsSame(signed.Checkpoint))
                    End(row.Witness, good.Cosignature, "");
                else End(row.Witness, null, $"{row.Witness} gave no good cosignature.");
            }
            else if (known > signed.Checkpoint.Size)
                End(row.Witness, null, string.Create(CultureInfo.InvariantCulture,
                    $"{row.Witness} vouched for {known} records of this log, which has less: was it put back?"));
            else if (known == open.From)
                End(row.Witness, null,
                    $"{row.Witness} vouched for other records than this log's first {known}: was it exchanged?");
            else await AskAsync(row.Witness, known, cancellation).ConfigureAwait(false);
        }

        private (Checkpoint Checkpoint, NoteSignature Cosignature)? Judge(Vouching row) =>
            keys.OriginOf(row.Witness) is { } witness ? row.Judge(keys.Of, witness, NoteSigner.IsGood) : null;

        private async ValueTask AskAsync(string peer, long from, CancellationToken cancellation)
        {
            var proof = await prover.ExtensionAsync(from, cancellation).ConfigureAwait(false);
            var asked = Vouching.Ask(peer, new CosignRequest(from, proof, signed));
            Open[peer] = (asked, from);
            ToAsk.Add(asked);
        }

        private void End(string peer, NoteSignature? cosignature, string whyNot)
        {
            Open.Remove(peer);
            Answers.Add(new PeerAnswer(peer, cosignature, whyNot));
        }
    }
}
