using System.Globalization;
using System.Text;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Names;

namespace Keyward.Vault.Audit.Witnessing;

/// <summary>What a witness is asked (C2SP tlog-witness, add-checkpoint): the size that the log thinks is vouched for,
/// the proof from there, and the checkpoint.</summary>
public sealed record CosignRequest(long OldSize, IReadOnlyList<byte[]> Proof, SignedCheckpoint Signed)
{
    /// <summary>63 hashes and a note, with room.</summary>
    public const int MaximumSizeBytes = 64 * 1024;

    private const string Beginning = "old ";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Beginning}{OldSize}\n{HashLines.Of(Proof)}\n{Signed.Note}");

    public static bool TryParse(ReadOnlySpan<byte> body, out CosignRequest request)
    {
        request = null!;
        var split = body.IndexOf("\n\n"u8);
        if (split < 0) return false;
        var lines = Encoding.Latin1.GetString(body[..split]).Split('\n');
        if (!lines[0].StartsWith(Beginning, StringComparison.Ordinal)
            || !DecimalNumber.TryParse(lines[0].AsSpan(Beginning.Length), out long old)
            || old.ToString(CultureInfo.InvariantCulture) != lines[0][Beginning.Length..]
            || !HashLines.TryParse(lines[1..], out var proof)
            || !SignedCheckpoint.TryParse(body[(split + 2)..], out var signed)) return false;
        request = new CosignRequest(old, proof, signed);
        return true;
    }
}
