using System.Text;
using Keyward.Keystores.Root;
using Keyward.Tests.Vault.Audit.Tree;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Tests.Vault.Audit.Notes;

/// <summary>A checkpoint over d0…d7 by the seed 00 01 … 1f, with a cosignature by 20 21 … 3f; both were checked against
/// OpenSSL.</summary>
public sealed class NoteTests
{
    private const string LogName = "keyward.example/audit/node-1";
    private const string LogVerifier = "keyward.example/audit/node-1+a468762b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
    private const string WitnessVerifier = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

    private const string Text = "keyward.example/audit/node-1\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n";

    private const string Note = Text + "\n" +
        "— keyward.example/audit/node-1 pGh2KyS2RHATFCZIeBTpROChDVmPMrhr7bTpJH5N7odG+UvdbiloPoh9RRnl4q7uhR9SOZHJGaJBexXbYfysTtb6+ww=\n" +
        "— witness.example/w1 IDJKvgAAAABqsTuAP8XkmTwUOYWpljwS8O7bswePUXpRkW7+8TE3qE7ooqaD4ZD+Z/LWy7/3ypv40VUV0S8yikgcdCmnRwGn6ZdGAQ==\n";

    [Fact]
    public void The_vectors_note_is_signed_byte_for_byte()
    {
        using var log = LogKey.Of(LogName);
        using var witness = LogKey.Of("witness.example/w1", 0x20);
        var checkpoint = new Checkpoint(LogName, 8, MerkleTests.EdgeOf(MerkleTests.Inputs).Root());
        Assert.Equal(Text, checkpoint.ToString());
        Assert.Equal(LogVerifier, log.Key.ToString());
        Assert.Equal(WitnessVerifier, witness.WitnessKey.ToString());
        Assert.Equal(Note, new SignedNote(Text, [log.Sign(Text), witness.Cosign(Text, 1_790_000_000)]).ToString());
    }

    [Fact]
    public void The_vectors_note_is_read_and_both_signatures_hold()
    {
        var keys = VerifierKey.ParseLines(LogVerifier + "\n# the witness\n\n" + WitnessVerifier + "\n");
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes(Note), out var note));
        Assert.Equal(keys, note.SignedBy(keys, NoteSigner.IsGood));
        Assert.Equal(Note, note.ToString());
        Assert.True(SignedCheckpoint.TryParse(Encoding.UTF8.GetBytes(Note), out var signed));
        Assert.Null(signed.WhyNot(keys, NoteSigner.IsGood));
        Assert.Equal(1_790_000_000, Cosignature.TimeOf(note.Signatures[1].Bytes));
    }

    [Fact]
    public void Any_changed_byte_of_a_note_is_refused()
    {
        var keys = VerifierKey.ParseLines(LogVerifier);
        var bytes = Encoding.UTF8.GetBytes(Note);
        var ownEnd = Note.IndexOf("— witness", StringComparison.Ordinal);
        for (var at = 0; at < Encoding.UTF8.GetByteCount(Note[..ownEnd]); at++)
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= 1;
            Assert.False(SignedCheckpoint.TryParse(changed, out var signed) && signed.WhyNot(keys, NoteSigner.IsGood) is null,
                $"byte {at}");
        }
    }

    [Fact]
    public void Spare_bits_of_base64_are_no_second_way_to_write_a_root() =>
        Assert.False(Checkpoint.TryParse(Text.Replace("Qyg=", "Qyh=", StringComparison.Ordinal), out _));

    [Theory]
    [InlineData("name+a468762b")]
    [InlineData("keyward.example/audit/node-1+a468762c+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")]
    [InlineData("na me+a468762b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")]
    [InlineData("keyward.example/audit/node-1+a468762b+AgOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")]
    public void A_verifier_key_that_does_not_fit_its_id_is_refused(string text) => Assert.False(VerifierKey.TryParse(text, out _));

    [Theory]
    [InlineData("no empty line\n")]
    [InlineData("nobody signed\n\n")]
    [InlineData("\n\n\n")]
    [InlineData("text\n\n- name AAAAAAAA\n")]
    [InlineData("text\n\n— name AAAA\n")]
    [InlineData("text\n\n— name AAAAAAAA")]
    [InlineData("te\txt\n\n— name AAAAAAAA\n")]
    public void What_is_no_note_is_refused(string text) => Assert.False(SignedNote.TryParse(text, out _));

    [Fact]
    public void A_note_with_sixteen_unknown_signatures_counts()
    {
        using var log = LogKey.Of(LogName);
        var lines = Enumerable.Range(0, 16).Select(i => new NoteSignature($"stranger/{i}", 7, new byte[64]));
        var note = new SignedNote(Text, [log.Sign(Text), .. lines]);
        Assert.True(SignedNote.TryParse(note.ToBytes(), out var read));
        Assert.Single(read.SignedBy([log.Key], NoteSigner.IsGood)!);
    }

    [Fact]
    public void An_offline_proof_has_the_lines_of_the_specification_and_holds_for_its_record_alone()
    {
        Assert.True(SignedCheckpoint.TryParse(Encoding.UTF8.GetBytes(Note), out var signed));
        byte[][] hashes =
        [
            .. ((string[])["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]).Select(Convert.FromHexString),
        ];
        var text = new LogProof(5, hashes, signed).ToString();
        Assert.Equal("c2sp.org/tlog-proof@v1\nindex 5\n" + string.Concat(hashes.Select(h => Convert.ToBase64String(h) + "\n"))
            + "\n" + Note, text);
        Assert.True(LogProof.TryParse(text, out var proof));
        var keys = VerifierKey.ParseLines(LogVerifier);
        Assert.Null(proof.WhyNot(MerkleTests.Inputs[5], keys, NoteSigner.IsGood));
        Assert.NotNull(proof.WhyNot(MerkleTests.Inputs[4], keys, NoteSigner.IsGood));
        Assert.NotNull((proof with { Index = 4 }).WhyNot(MerkleTests.Inputs[5], keys, NoteSigner.IsGood));
        Assert.NotNull(proof.WhyNot(MerkleTests.Inputs[5], VerifierKey.ParseLines(WitnessVerifier), NoteSigner.IsGood));
    }
}
