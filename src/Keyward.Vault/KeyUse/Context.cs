using System.Buffers.Binary;
using System.Text;

namespace Keyward.Vault.KeyUse;

/// <summary>What a ciphertext is bound to besides its key: nothing, opaque bytes, or pairs of texts. One type for all
/// doors, encoded injectively (docs/reference/format.md): <c>00</c> | <c>01 ‖ bytes</c> | <c>02 ‖ count ‖
/// pairs</c>.</summary>
public readonly struct Context
{
    public const int MaximumOpaqueSizeBytes = 64 * 1024;
    public const int MaximumPairsSizeBytes = 8_192;

    private static readonly byte[] NoneEncoded = [0];

    // Not the replacing decoder: it would make two different contexts one.
    private static readonly UTF8Encoding Strict = new(false, true);

    private readonly byte[]? _encoded;

    private Context(byte[] encoded) => _encoded = encoded;

    public static Context None => default;

    public ReadOnlySpan<byte> Encoded => _encoded ?? NoneEncoded;

    public bool IsNone => _encoded is null;

    /// <summary>Bytes that an opaque door gives. Empty bytes are no context. Bytes that begin with the reserved prefix
    /// mean pairs, and must be their canonical encoding; false if they are not.</summary>
    public static bool TryFromOpaque(ReadOnlySpan<byte> bytes, out Context context)
    {
        context = None;
        if (bytes.IsEmpty) return true;
        if (bytes.StartsWith(PairsPrefix))
        {
            var pairs = bytes[PairsPrefix.Length..];
            if (!IsCanonical(pairs)) return false;
            context = new Context([2, .. pairs]);
            return true;
        }

        context = new Context([1, .. bytes]);
        return true;
    }

    /// <summary>Pairs as AWS's encryption context has them. False for a lone surrogate, an empty map aside, or too
    /// much.</summary>
    public static bool TryFromPairs(IEnumerable<KeyValuePair<string, string>> pairs, out Context context)
    {
        context = None;
        var encoded = new SortedDictionary<byte[], byte[]>(ByUtf8);
        try
        {
            foreach (var (name, value) in pairs)
                if (!encoded.TryAdd(Strict.GetBytes(name), Strict.GetBytes(value))) return false;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }

        if (encoded.Count == 0) return true;
        var bytes = new MemoryStream();
        bytes.WriteByte(2);
        WriteNumber(bytes, encoded.Count);
        foreach (var (name, value) in encoded)
        {
            if (name.Length > MaximumPairsSizeBytes || value.Length > MaximumPairsSizeBytes) return false;
            WriteNumber(bytes, name.Length);
            bytes.Write(name);
            WriteNumber(bytes, value.Length);
            bytes.Write(value);
        }

        if (bytes.Length > MaximumPairsSizeBytes) return false;
        context = new Context(bytes.ToArray());
        return true;
    }

    /// <summary>Whether it is pairs, which a condition can speak of.</summary>
    public bool IsPairs => _encoded is [2, ..];

    /// <summary>What <see cref="Encoded"/> gave before. Throws <see cref="FormatException"/> on anything
    /// else.</summary>
    internal static Context Decode(ReadOnlySpan<byte> encoded) => encoded switch
    {
        [0] => None,
        [1, _, ..] => new Context(encoded.ToArray()),
        [2, .. var pairs] when IsCanonical(pairs) => new Context(encoded.ToArray()),
        _ => throw new FormatException("The bytes are no encoded context."),
    };

    /// <summary>The pairs in order of their names; empty for no context and for opaque bytes.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs()
    {
        var pairs = new List<KeyValuePair<string, string>>();
        if (!IsPairs) return pairs;
        var rest = Encoded[3..];
        while (TryReadText(ref rest, out var name) && TryReadText(ref rest, out var value))
            pairs.Add(new(Strict.GetString(name), Strict.GetString(value)));
        return pairs;
    }

    /// <summary>The value of one pair; null where there is none of that name.</summary>
    public string? ValueOf(string name)
    {
        if (!IsPairs) return null;
        Span<byte> wanted = stackalloc byte[256];
        if (!Strict.TryGetBytes(name, wanted, out var length)) return Pairs().FirstOrDefault(p => p.Key == name).Value;
        var rest = Encoded[3..];
        while (TryReadText(ref rest, out var found) && TryReadText(ref rest, out var value))
            if (found.SequenceEqual(wanted[..length])) return Strict.GetString(value);
        return null;
    }

    /// <summary>Whether every pair of the other is one of these. Both are sorted: one walk.</summary>
    public bool ContainsPairs(Context other)
    {
        if (other.IsNone) return true;
        if (!IsPairs || !other.IsPairs) return false;
        var mine = Encoded[3..];
        var theirs = other.Encoded[3..];
        while (TryReadText(ref theirs, out var name) && TryReadText(ref theirs, out var value))
        {
            var found = false;
            while (!found && TryReadText(ref mine, out var candidate) && TryReadText(ref mine, out var held))
            {
                var order = candidate.SequenceCompareTo(name);
                if (order > 0) return false;
                if (order < 0) continue;
                if (!held.SequenceEqual(value)) return false;
                found = true;
            }

            if (!found) return false;
        }

        return true;
    }

    private static ReadOnlySpan<byte> PairsPrefix => "keyward.context\0"u8;

    /// <summary>Names sort by their UTF-8 bytes: the ordinal order of strings is another one beyond the BMP.</summary>
    private static readonly IComparer<byte[]> ByUtf8 =
        Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    private static bool IsCanonical(ReadOnlySpan<byte> pairs)
    {
        if (pairs.Length > MaximumPairsSizeBytes || !TryReadNumber(ref pairs, out var count)
            || count == 0) return false;
        ReadOnlySpan<byte> last = default;
        for (var i = 0; i < count; i++)
        {
            if (!TryReadText(ref pairs, out var name) || !TryReadText(ref pairs, out _)) return false;
            if (i > 0 && last.SequenceCompareTo(name) >= 0) return false;
            last = name;
        }

        return pairs.IsEmpty;
    }

    private static bool TryReadText(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!TryReadNumber(ref rest, out var length) || length > rest.Length) return false;
        text = rest[..length];
        rest = rest[length..];
        return System.Text.Unicode.Utf8.IsValid(text);
    }

    private static bool TryReadNumber(scoped ref ReadOnlySpan<byte> rest, out int number)
    {
        number = 0;
        if (rest.Length < 2) return false;
        number = BinaryPrimitives.ReadUInt16BigEndian(rest);
        rest = rest[2..];
        return true;
    }

    private static void WriteNumber(MemoryStream bytes, int number)
    {
        bytes.WriteByte((byte)(number >> 8));
        bytes.WriteByte((byte)(number & 0xff));
    }
}
