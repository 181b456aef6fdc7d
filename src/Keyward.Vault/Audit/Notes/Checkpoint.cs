using System.Globalization;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Names;

namespace Keyward.Vault.Audit.Notes;

/// <summary>What a log's signer says of it (C2SP tlog-checkpoint): its origin, how many entries it has, and the root
/// over them.</summary>
public sealed record Checkpoint(string Origin, long Size, byte[] Root)
{
    /// <summary>The note's text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Origin}\n{Size}\n{Convert.ToBase64String(Root)}\n");

    public static bool TryParse(string text, out Checkpoint checkpoint)
    {
        checkpoint = null!;
        var lines = text.Split('\n');
        if (lines.Length < 4 || lines[^1].Length > 0 || !VerifierKey.IsName(lines[0])
            || !DecimalNumber.TryParse(lines[1], out long size)
            || size.ToString(CultureInfo.InvariantCulture) != lines[1]
            || !StrictBase64.TryDecode(lines[2], out var root) || root.Length != Merkle.HashSizeBytes) return false;
        checkpoint = new Checkpoint(lines[0], size, root);
        return true;
    }

    public bool IsSame(Checkpoint other) =>
        Origin == other.Origin && Size == other.Size && Root.AsSpan().SequenceEqual(other.Root);
}

/// <summary>A checkpoint and the note that signs it.</summary>
public sealed record SignedCheckpoint(Checkpoint Checkpoint, SignedNote Note)
{
    public static bool TryParse(ReadOnlySpan<byte> bytes, out SignedCheckpoint signed)
    {
        signed = null!;
        if (!SignedNote.TryParse(bytes, out var note) || !Checkpoint.TryParse(note.Text, out var checkpoint))
            return false;
        signed = new SignedCheckpoint(checkpoint, note);
        return true;
    }

    /// <summary>Why the note is not the word of the log's own key; null where it is. The key's name is the log's
    /// origin.</summary>
    public string? WhyNot(IEnumerable<VerifierKey> keys, SignatureCheck check)
    {
        var own = keys.Where(k => k.Name == Checkpoint.Origin && k.Type == NoteKeyType.Ed25519).ToList();
        if (own.Count == 0) return $"there is no verifier key for {Checkpoint.Origin}";
        return Note.SignedBy(own, check) switch
        {
            null => "its signature is wrong",
            { Count: 0 } => "none of its signatures is by a known key",
            _ => null,
        };
    }

    /// <summary>The names of the witnesses that vouch for it, of those whose keys are known; null where a cosignature
    /// claims one of them and is wrong. The key of another node's log is that node's as a witness too.</summary>
    public IReadOnlyList<string>? WitnessesAmong(IEnumerable<VerifierKey> keys, SignatureCheck check) =>
        Note.SignedBy(keys.Where(k => k.Name != Checkpoint.Origin).Select(k => k.AsWitness()).Distinct(), check)
            is { } good ? [.. good.Select(k => k.Name).Distinct()] : null;
}
