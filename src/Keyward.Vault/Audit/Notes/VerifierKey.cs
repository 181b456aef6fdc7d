using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Keyward.Vault.Audit.Notes;

/// <summary>How a note's signature is made (C2SP signed-note, tlog-cosignature).</summary>
public enum NoteKeyType
{
    Unspecified = 0,
    Ed25519 = 1,

    /// <summary>An Ed25519 cosignature with its time.</summary>
    Cosignature = 4,
}

/// <summary>Whoever has this checks a note alone: name, type and public key, written <c>name+hex(id)+base64(type ‖
/// key)</c>.</summary>
public sealed record VerifierKey(string Name, NoteKeyType Type, byte[] PublicKey)
{
    // Without init: a copy with another key or name would keep the id of the first.
    public string Name { get; } = Name;

    public NoteKeyType Type { get; } = Type;

    public byte[] PublicKey { get; } = PublicKey;

    public const int PublicKeySizeBytes = 32;
    public const int IdSizeBytes = 4;

    /// <summary>The first 4 bytes of SHA-256(name ‖ 0A ‖ type ‖ key).</summary>
    public uint Id { get; } = BinaryPrimitives.ReadUInt32BigEndian(
        SHA256.HashData([.. Encoding.UTF8.GetBytes(Name), (byte)'\n', (byte)Type, .. PublicKey]));

    /// <summary>The same key as it vouches for the logs of others, which has another id.</summary>
    public VerifierKey AsWitness() =>
        Type == NoteKeyType.Cosignature ? this : new VerifierKey(Name, NoteKeyType.Cosignature, PublicKey);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name}+{Id:x8}+{Convert.ToBase64String([(byte)Type, .. PublicKey])}");

    public static bool TryParse(string text, out VerifierKey key)
    {
        key = null!;
        var parts = text.Split('+', 3);
        if (parts.Length != 3 || !IsName(parts[0]) || parts[1].Length != 2 * IdSizeBytes
            || !uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            || !StrictBase64.TryDecode(parts[2], out var bytes) || bytes.Length != 1 + PublicKeySizeBytes
            || bytes[0] is not ((byte)NoteKeyType.Ed25519 or (byte)NoteKeyType.Cosignature)) return false;
        key = new VerifierKey(parts[0], (NoteKeyType)bytes[0], bytes[1..]);
        return key.Id == id;
    }

    /// <summary>The keys of a file of one a line; blank lines and lines that begin with # say nothing.</summary>
    public static IReadOnlyList<VerifierKey> ParseLines(string text)
    {
        var keys = new List<VerifierKey>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            keys.Add(TryParse(line, out var key) ? key : throw new FormatException(
                $"\"{(line.Length > 80 ? line[..80] + "…" : line)}\" is not a verifier key (name+id+key)."));
        }

        return keys;
    }

    /// <summary>A name of a key: not empty, without blanks and plus signs.</summary>
    public static bool IsName(string name) =>
        name.Length > 0 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+');

    public bool Equals(VerifierKey? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => (int)(Id & int.MaxValue);
}
