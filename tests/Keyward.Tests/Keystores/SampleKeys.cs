using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Keyward.Tests.Keystores;

/// <summary>Key pairs for tests that need one of a size and not a new one.</summary>
internal static class SampleKeys
{
    private static readonly ConcurrentDictionary<int, Lazy<byte[]>> Made = new();

    /// <summary>PKCS#8, made once in a run for each size.</summary>
    public static byte[] Rsa(int bits) => Made.GetOrAdd(bits, size => new Lazy<byte[]>(() =>
    {
        using var rsa = RSA.Create(size);
        return rsa.ExportPkcs8PrivateKey();
    })).Value;
}
