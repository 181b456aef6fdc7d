using System.Security.Cryptography;
using Keyward.Vault.Algorithms;

namespace Keyward.Keystores.Software;

/// <summary>The platform's names for the vault's hash functions.</summary>
internal static class Hashing
{
    public static HashAlgorithmName NameOf(Scheme scheme) => SchemeTable.HashOf(scheme) switch
    {
        HashFunction.Sha1 => HashAlgorithmName.SHA1,
        HashFunction.Sha256 => HashAlgorithmName.SHA256,
        HashFunction.Sha384 => HashAlgorithmName.SHA384,
        HashFunction.Sha512 => HashAlgorithmName.SHA512,
        HashFunction.None or HashFunction.Sha224 => throw new ArgumentOutOfRangeException(nameof(scheme)),
    };

    /// <summary>The digest that a scheme signs: the input itself, or its hash. Writes to the front of
    /// <paramref name="buffer"/> (64 bytes) and returns that part.</summary>
    public static ReadOnlySpan<byte> Digest(
        Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input, Span<byte> buffer)
    {
        var hash = SchemeTable.HashOf(scheme);
        var digest = buffer[..SchemeTable.SizeBytesOf(hash)];
        if (kind == SignatureInput.Digest)
        {
            if (input.Length != digest.Length)
                throw new ArgumentException("The digest has another length than the scheme's.", nameof(input));
            input.CopyTo(digest);
        }
        else
        {
            CryptographicOperations.HashData(NameOf(scheme), input, digest);
        }

        return digest;
    }
}
