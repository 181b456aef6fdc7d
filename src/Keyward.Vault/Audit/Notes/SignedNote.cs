using System.Buffers.Binary;
using System.Text;

namespace Keyward.Vault.Audit.Notes;

/// <summary>Whether an Ed25519 signature is good. The mathematics stands in the keystore's assembly.</summary>
public delegate bool SignatureCheck(
    ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

/// <summary>One signature line: who claims it, the key's id, and the bytes behind the id.</summary>
public sealed record NoteSignature(string Name, uint KeyId, byte[] Bytes)
{
    public override string ToString()
    {
        var bytes = new byte[VerifierKey.IdSizeBytes + Bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Bytes.CopyTo(bytes, VerifierKey.IdSizeBytes);
        return $"— {Name} {Convert.ToBase64String(bytes)}\n";
    }

    public static bool TryParse(string line, out NoteSignature signature)
    {
        signature = null!;
        var parts = line.Split(' ');
        if (parts is not ["—", var name, var text] || !VerifierKey.IsName(name)
            || !StrictBase64.TryDecode(text, out var bytes) || bytes.Length <= VerifierKey.IdSizeBytes) return false;
        signature = new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes),
            bytes[VerifierKey.IdSizeBytes..]);
        return true;
    }
}

/// <summary>A text with signatures (C2SP signed-note): the text with its last newline, an empty line, one line a
/// signature.</summary>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>More is no note of ours; a checkpoint has some 200 bytes and as much a signature.</summary>
    public const int MaximumSizeBytes = 64 * 1024;

    /// <summary>At least 16 must be accepted.</summary>
    private const int MaximumSignatures = 100;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public byte[] ToBytes() => Strict.GetBytes(ToString());

    public override string ToString() => Text + "\n" + string.Concat(Signatures);

    public static bool TryParse(ReadOnlySpan<byte> bytes, out SignedNote note)
    {
        note = null!;
        if (bytes.Length > MaximumSizeBytes) return false;
        try
        {
            return TryParse(Strict.GetString(bytes), out note);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    public static bool TryParse(string whole, out SignedNote note)
    {
        note = null!;
        if (whole.Any(c => char.IsControl(c) && c != '\n') || !whole.EndsWith('\n')) return false;
        var split = whole.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || split + 2 == whole.Length) return false; // a text that nobody signed is no note
        var signatures = new List<NoteSignature>();
        foreach (var line in whole[(split + 2)..^1].Split('\n'))
        {
            if (!NoteSignature.TryParse(line, out var signature) || signatures.Count == MaximumSignatures) return false;
            signatures.Add(signature);
        }

        note = new SignedNote(whole[..(split + 1)], signatures);
        return true;
    }

    /// <summary>The keys whose signature is on the note and good. Signatures of unknown keys say nothing; one that
    /// claims a known key and fails spoils the note: null.</summary>
    public IReadOnlyList<VerifierKey>? SignedBy(IEnumerable<VerifierKey> keys, SignatureCheck check)
    {
        var good = new List<VerifierKey>();
        foreach (var key in keys)
            foreach (var signature in Signatures)
            {
                if (signature.Name != key.Name || signature.KeyId != key.Id) continue;
                if (!IsGood(key, signature.Bytes, check)) return null;
                if (!good.Contains(key)) good.Add(key);
            }

        return good;
    }

    private bool IsGood(VerifierKey key, byte[] signature, SignatureCheck check) => key.Type switch
    {
        NoteKeyType.Ed25519 => check(key.PublicKey, Strict.GetBytes(Text), signature),
        NoteKeyType.Cosignature => signature.Length == Cosignature.SizeBytes
            && check(key.PublicKey, Cosignature.MessageOf(Text, Cosignature.TimeOf(signature)),
                signature.AsSpan(Cosignature.TimeSizeBytes)),
        NoteKeyType.Unspecified => false,
    };
}
