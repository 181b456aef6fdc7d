using System.Globalization;
using System.Text;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Names;

namespace Keyward.Vault.Audit.Notes;

/// <summary>An offline proof that an entry stands in a log (C2SP tlog-proof): the index, the hashes beside its way to
/// the root, and the checkpoint as it is.</summary>
public sealed record LogProof(long Index, IReadOnlyList<byte[]> Hashes, SignedCheckpoint Signed)
{
    public const string Header = "c2sp.org/tlog-proof@v1";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Header}\nindex {Index}\n{HashLines.Of(Hashes)}\n{Signed.Note}");

    public static bool TryParse(string text, out LogProof proof)
    {
        proof = null!;
        var split = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0) return false;
        var lines = text[..split].Split('\n');
        if (lines.Length < 2 || lines[0] != Header || !lines[1].StartsWith("index ", StringComparison.Ordinal)
            || !DecimalNumber.TryParse(lines[1].AsSpan(6), out long index)
            || !HashLines.TryParse(lines[2..], out var hashes)
            || !SignedCheckpoint.TryParse(Encoding.UTF8.GetBytes(text[(split + 2)..]), out var signed)) return false;
        proof = new LogProof(index, hashes, signed);
        return true;
    }

    /// <summary>Why the entry is not proven; null where it is.</summary>
    public string? WhyNot(ReadOnlySpan<byte> entry, IEnumerable<VerifierKey> keys, SignatureCheck check)
    {
        if (Signed.WhyNot(keys, check) is { } unsigned) return "The checkpoint does not count: " + unsigned + ".";
        var root = TreeProof.RootOf(Index, Signed.Checkpoint.Size, Merkle.HashLeaf(entry), Hashes);
        return root is not null && root.AsSpan().SequenceEqual(Signed.Checkpoint.Root)
            ? null
            : $"The proof does not lead from this record at index {Index} to the checkpoint's root.";
    }
}

/// <summary>Hashes as lines of base64.</summary>
internal static class HashLines
{
    public static string Of(IEnumerable<byte[]> hashes) =>
        string.Concat(hashes.Select(h => Convert.ToBase64String(h) + "\n"));

    public static bool TryParse(IEnumerable<string> lines, out List<byte[]> hashes)
    {
        hashes = [];
        foreach (var line in lines)
        {
            if (!StrictBase64.TryDecode(line, out var hash) || hash.Length != Merkle.HashSizeBytes
                || hashes.Count == TreeProof.MaximumHashes) return false;
            hashes.Add(hash);
        }

        return true;
    }
}
