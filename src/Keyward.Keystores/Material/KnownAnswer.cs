using System.Security.Cryptography;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Material;

/// <summary>Compares what was computed with what is known; the process must not serve where they differ.</summary>
internal static class KnownAnswer
{
    public static void Expect(string test, ReadOnlySpan<byte> actual, string expected)
    {
        if (!actual.SequenceEqual(Convert.FromHexString(expected))) throw new SelfTestException(test);
    }

    public static void Expect(string test, bool holds)
    {
        if (!holds) throw new SelfTestException(test);
    }

    /// <summary>Bytes that count up.</summary>
    public static byte[] Counting(byte first, int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)(first + i);
        return bytes;
    }

    /// <summary>A generator that gives the same bytes twice gives them to everybody.</summary>
    public static void ExpectRandomness()
    {
        Span<byte> first = stackalloc byte[32];
        Span<byte> second = stackalloc byte[32];
        RandomNumberGenerator.Fill(first);
        RandomNumberGenerator.Fill(second);
        Expect("random-generator", !first.SequenceEqual(second));
        KernelRandom.Fill(first);
        KernelRandom.Fill(second);
        Expect("kernel-random", !first.SequenceEqual(second));
    }
}
