using System.Security.Cryptography;
using Keyward.Keystores.Material;

namespace Keyward.Keystores.Root;

/// <summary>The root key could not be had; the sentence says why and what to do.</summary>
public sealed class RootUnavailableException(string sentence) : Exception(sentence);

/// <summary>The root key as a file of 32 bytes, mode 0600. Everybody who reads it can open everything.</summary>
internal static class RootFile
{
    /// <summary>Makes the file; it must not exist. It is on disk, with its folder's entry, when this returns.</summary>
    public static RootKey Create(string path)
    {
        var root = RootKey.Make();
        PrivateFile.Create(path, root.Secret);
        return root;
    }

    public static RootKey Load(string path)
    {
        using var file = PrivateFile.Open(path, "root key");
        if (file.Length != RootKey.SizeBytes)
            throw new RootUnavailableException($"The root key {path} has {file.Length} bytes instead of " +
                $"{RootKey.SizeBytes}: it is damaged or another file. Put back your copy of it.");
        var secret = new SecretBytes(RootKey.SizeBytes);
        file.ReadExactly(secret.Writable);
        return new RootKey(secret);
    }

    /// <summary>Compares the check value that was kept with that of a root, in constant time.</summary>
    public static bool Fits(RootKey root, ReadOnlySpan<byte> check) =>
        CryptographicOperations.FixedTimeEquals(root.Check(), check);
}
