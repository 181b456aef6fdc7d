using System.Text;
using Keyward.Keystores.Root;
using Keyward.Tests.Vault.Audit.Tree;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Witnessing;
using Keyward.Vault.Cluster;

namespace Keyward.Tests.Vault.Cluster;

/// <summary>A node as the witness of another node's log, which grows, goes back or is exchanged.</summary>
public sealed class PeerWitnessTests : IDisposable
{
    private const string Origin = "keyward/d/a";
    private const string Other = "keyward/d/b";

    private static readonly byte[] Store = [1, 2, 3];

    private readonly NoteSigner _log = LogKey.Of(Origin);
    private readonly NoteSigner _peer = LogKey.Of(Other);
    private readonly MemoryTree _files = new();
    private readonly TreeWriter _writer;
    private readonly LogMemory _memory = new(Store, null);

    public PeerWitnessTests() => _writer = TreeWriter.Open(_files, Origin, [_log.Key], NoteSigner.IsGood);

    public void Dispose()
    {
        _log.Dispose();
        _peer.Dispose();
    }

    [Fact]
    public async Task A_log_that_merely_grows_is_vouched_for_and_remembered()
    {
        var old = 0L;
        foreach (var count in (int[])[1, 6, 300])
        {
            var signed = Grow(count);
            var verdict = Judge(_memory, await AskAsync(signed, old));
            Assert.Equal((null, null), (verdict.Known, verdict.Fault));
            Assert.Equal(signed.Note.ToString(), verdict.Signed!.Note.ToString());
            old = signed.Checkpoint.Size;
        }

        var again = new LogMemory(Store, _memory.ToText());
        Assert.NotNull(Judge(again, await AskAsync(_writer.Latest!, old)).Signed);
        // Who asks from another size is told the right one, and nothing is held against it.
        Assert.Equal(new PeerWitness.Verdict(307, null), Judge(again, await AskAsync(_writer.Latest!, 7)));
        Assert.Equal(new PeerWitness.Verdict(0, null),
            Judge(new LogMemory([9], _memory.ToText()), await AskAsync(_writer.Latest!, 307)));
    }

    [Fact]
    public async Task A_log_that_went_back_was_exchanged_or_asks_in_anothers_name_is_not_vouched_for()
    {
        var small = Grow(3);
        var first = Grow(7);
        Assert.NotNull(Judge(_memory, await AskAsync(first, 0)).Signed);
        Fault("went back", await AskAsync(small, 0));
        var text = new Checkpoint(Origin, 10, new byte[32]).ToString();
        Fault("exchanged", Ask(Signed(text), 10, []));
        var later = Grow(5);
        var proof = await ProofAsync(later, 10);
        proof[0][0] ^= 1;
        Fault("exchanged", Ask(later, 10, proof));
        Fault("altered", new Vouching(Origin, "b", "old 1\n"u8.ToArray()));
        Fault("altered", Ask(new SignedCheckpoint(first.Checkpoint,
            new SignedNote(first.Note.Text, [_peer.Sign(first.Note.Text)])), 10, []));
        Assert.Null(Witness(_memory).Judge((await AskAsync(later, 10)) with { Origin = "keyward/d/new" }));
        Assert.Equal(10, _memory.Of(Origin)!.Value.Size);
        Assert.NotNull(Judge(_memory, await AskAsync(later, 10)).Signed);
    }

    [Fact]
    public async Task An_answer_counts_by_both_signatures()
    {
        var signed = Grow(4);
        var row = (await AskAsync(signed, 0)) with
        {
            Cosigned = (signed.Note with
            {
                Signatures = [.. signed.Note.Signatures, _peer.Cosign(signed.Note.Text, 77)],
            }).ToBytes(),
        };
        var (checkpoint, cosignature) = row.Judge(KeysOf, Other, NoteSigner.IsGood)!.Value;
        Assert.True(checkpoint.IsSame(signed.Checkpoint));
        Assert.Equal(77, Cosignature.TimeOf(cosignature.Bytes));
        Assert.Null(row.Judge(KeysOf, Origin, NoteSigner.IsGood));
        Assert.Null((row with { Cosigned = signed.Note.ToBytes() }).Judge(KeysOf, Other, NoteSigner.IsGood));
        Assert.Null((row with { Cosigned = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(row.Cosigned)
            .Replace("\n4\n", "\n5\n", StringComparison.Ordinal)) }).Judge(KeysOf, Other, NoteSigner.IsGood));
    }

    private void Fault(string says, Vouching asked)
    {
        var verdict = Judge(_memory, asked);
        Assert.Null(verdict.Signed);
        Assert.Equal(10, verdict.Known);
        Assert.Contains(says, verdict.Fault, StringComparison.Ordinal);
    }

    private PeerWitness.Verdict Judge(LogMemory memory, Vouching asked) => Witness(memory).Judge(asked)!;

    private PeerWitness Witness(LogMemory memory) => new(memory, KeysOf, NoteSigner.IsGood);

    private IReadOnlyList<VerifierKey> KeysOf(string origin) =>
        origin == Origin ? [_log.Key] : origin == Other ? [_peer.Key] : [];

    private SignedCheckpoint Grow(int count) => _writer.Extend(Enumerable.Range(0, count).Select(i =>
        (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"{_writer.Size + i}")), [_log]);

    private SignedCheckpoint Signed(string text) => new(Checkpoint.TryParse(text, out var checkpoint)
        ? checkpoint : throw new FormatException(), new SignedNote(text, [_log.Sign(text)]));

    private async Task<Vouching> AskAsync(SignedCheckpoint signed, long old) =>
        Ask(signed, old, await ProofAsync(signed, old));

    private static Vouching Ask(SignedCheckpoint signed, long old, IReadOnlyList<byte[]> proof) =>
        Vouching.Ask("b", new CosignRequest(old, proof, signed));

    private async Task<List<byte[]>> ProofAsync(SignedCheckpoint signed, long old) =>
        [.. (await new Prover(_files, signed).ExtensionAsync(old, default)).Select(h => h.ToArray())];
}
