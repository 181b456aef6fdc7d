using System.Security.Cryptography;
using Keyward.Keystores.Age;
using Keyward.Keystores.Material;

namespace Keyward.Keystores.Root;

/// <summary>The root key in shares that people hold (Shamir, "How to share a secret", 1979, byte by byte over
/// GF(2^8)): so many of them give the root, fewer say nothing of it. A share is text, <c>kwshare1…</c>, with a checksum
/// against slips of the pen, the number of shares that are needed, and a check of the root, by which shares of
/// different roots are told apart.</summary>
internal static class RootShares
{
    public const int MaximumShares = 255;

    private const string Prefix = "kwshare";
    private const byte Version = 1;
    private const int SetSizeBytes = 4;
    private const int CheckSizeBytes = 8;
    private const int HeaderSizeBytes = 3 + SetSizeBytes + CheckSizeBytes;

    /// <summary>New shares; each set has coefficients of its own, so shares of two sets do not go together.</summary>
    public static IReadOnlyList<string> Make(RootKey root, int shares, int threshold)
    {
        if (threshold < 2 || threshold > shares || shares > MaximumShares)
            throw new ArgumentException($"Of 2 to {MaximumShares} shares, at least 2 and at most all are needed.");
        var set = RandomNumberGenerator.GetBytes(SetSizeBytes);
        using var coefficients = SecretBytes.Random((threshold - 1) * RootKey.SizeBytes);
        var found = new List<string>();
        using var share = new SecretBytes(HeaderSizeBytes + RootKey.SizeBytes);
        for (var index = 1; index <= shares; index++)
        {
            var bytes = share.Writable;
            (bytes[0], bytes[1], bytes[2]) = (Version, (byte)threshold, (byte)index);
            set.CopyTo(bytes[3..]);
            root.Check().AsSpan(0, CheckSizeBytes).CopyTo(bytes[(3 + SetSizeBytes)..]);
            for (var i = 0; i < RootKey.SizeBytes; i++)
            {
                // Horner's rule, from the highest power down to the secret itself.
                byte value = 0;
                for (var power = threshold - 2; power >= 0; power--)
                    value = (byte)(ShareField.Multiply(value, (byte)index)
                        ^ coefficients.Span[(power * RootKey.SizeBytes) + i]);
                bytes[HeaderSizeBytes + i] = (byte)(ShareField.Multiply(value, (byte)index) ^ root.Secret[i]);
            }

            found.Add(Bech32.Encode(Prefix, bytes));
        }

        return found;
    }

    /// <summary>The root that these shares give. Throws <see cref="RootUnavailableException"/> with what is wrong of
    /// them.</summary>
    public static RootKey Combine(IReadOnlyList<string> texts)
    {
        var shares = texts.Select((t, i) => Parse(t)
            ?? throw new RootUnavailableException($"share {i + 1} is mistyped or no share.")).ToList();
        if (shares.Count == 0) throw new RootUnavailableException("no share was given.");
        var first = shares[0];
        if (shares.FindIndex(s => !s.AsSpan(3, SetSizeBytes).SequenceEqual(first.AsSpan(3, SetSizeBytes))
            || s[1] != first[1]) is > 0 and var other)
            throw new RootUnavailableException($"share {other + 1} is of another set than share 1.");
        shares = [.. shares.DistinctBy(s => s[2])];
        if (shares.Count < first[1])
            throw new RootUnavailableException($"{first[1]} different shares are needed, {shares.Count} were given.");
        var root = Interpolate([.. shares.Take(first[1])]);
        foreach (var share in shares) CryptographicOperations.ZeroMemory(share.AsSpan(HeaderSizeBytes));
        if (root.Check().AsSpan(0, CheckSizeBytes).SequenceEqual(first.AsSpan(3 + SetSizeBytes, CheckSizeBytes)))
            return root;
        root.Dispose();
        throw new RootUnavailableException("the shares do not give the root that they were made of: one was altered.");
    }

    /// <summary>Lagrange's value at zero.</summary>
    private static RootKey Interpolate(IReadOnlyList<byte[]> shares)
    {
        var secret = new SecretBytes(RootKey.SizeBytes);
        foreach (var share in shares)
        {
            byte weight = 1;
            foreach (var other in shares)
                if (other[2] != share[2])
                    weight = ShareField.Multiply(weight,
                        ShareField.Multiply(other[2], ShareField.Invert((byte)(other[2] ^ share[2]))));
            for (var i = 0; i < RootKey.SizeBytes; i++)
                secret.Writable[i] ^= ShareField.Multiply(weight, share[HeaderSizeBytes + i]);
        }

        return new RootKey(secret);
    }

    private static byte[]? Parse(string text) =>
        Bech32.Decode(Prefix, text.Trim()) is { Length: HeaderSizeBytes + RootKey.SizeBytes } bytes
            && bytes[0] == Version && bytes[1] >= 2 && bytes[2] > 0 ? bytes : null;
}
