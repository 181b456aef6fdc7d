using System.Text;

namespace Keyward.Keystores.Age;

/// <summary>Bech32 (BIP 173) without its limit of 90 characters, as age writes recipients and identities.</summary>
internal static class Bech32
{
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const int ChecksumSize = 6;

    private static readonly uint[] Generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

    public static string Encode(string prefix, ReadOnlySpan<byte> bytes)
    {
        var groups = Regroup(bytes, 8, 5, pad: true)!;
        var sum = PolyMod([.. Expand(prefix), .. groups, .. new byte[ChecksumSize]]) ^ 1;
        var text = new StringBuilder(prefix).Append('1');
        foreach (var group in groups) text.Append(Alphabet[group]);
        for (var i = 0; i < ChecksumSize; i++) text.Append(Alphabet[(int)(sum >> (5 * (5 - i)) & 31)]);
        return text.ToString();
    }

    /// <summary>The bytes behind a prefix; null for anything else. Either all lower case or all upper.</summary>
    public static byte[]? Decode(string prefix, string text)
    {
        var lower = text.ToLowerInvariant();
        if (text.Any(char.IsAsciiLetterLower) && text.Any(char.IsAsciiLetterUpper)) return null;
        if (!lower.StartsWith(prefix + "1", StringComparison.Ordinal)) return null;
        var data = lower[(prefix.Length + 1)..];
        if (data.Length < ChecksumSize) return null;
        var groups = new byte[data.Length];
        for (var i = 0; i < data.Length; i++)
        {
            var group = Alphabet.IndexOf(data[i], StringComparison.Ordinal);
            if (group < 0) return null;
            groups[i] = (byte)group;
        }

        return PolyMod([.. Expand(prefix), .. groups]) == 1
            ? Regroup(groups.AsSpan(0, groups.Length - ChecksumSize), 5, 8, pad: false) : null;
    }

    private static byte[] Expand(string prefix) =>
        [.. prefix.Select(c => (byte)(c >> 5)), 0, .. prefix.Select(c => (byte)(c & 31))];

    private static uint PolyMod(ReadOnlySpan<byte> values)
    {
        var sum = 1u;
        foreach (var value in values)
        {
            var top = sum >> 25;
            sum = ((sum & 0x1ffffff) << 5) ^ value;
            for (var i = 0; i < Generator.Length; i++)
                if ((top >> i & 1) == 1) sum ^= Generator[i];
        }

        return sum;
    }

    /// <summary>Null where bits are left over that are not padding.</summary>
    private static byte[]? Regroup(ReadOnlySpan<byte> values, int from, int to, bool pad)
    {
        var (held, bits) = (0u, 0);
        var found = new List<byte>();
        foreach (var value in values)
        {
            held = (held << from | value) & 0xfff;
            bits += from;
            while (bits >= to)
            {
                bits -= to;
                found.Add((byte)(held >> bits & (1u << to) - 1));
            }
        }

        if (pad)
        {
            if (bits > 0) found.Add((byte)(held << (to - bits) & (1u << to) - 1));
            return [.. found];
        }

        return bits >= from || (held & (1u << bits) - 1) != 0 ? null : [.. found];
    }
}
