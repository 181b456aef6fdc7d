using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Root;

/// <summary>The root key: 32 random bytes that never touch data. From it come the wrapping key, and a check value that
/// tells a wrong root before any row is touched.</summary>
internal sealed class RootKey(SecretBytes secret) : IDisposable
{
    public const int SizeBytes = 32;
    public const int CheckSizeBytes = 16;

    public static RootKey Make() => new(SecretBytes.Random(SizeBytes));

    public ReadOnlySpan<byte> Secret => secret.Span;

    public SecretBytes WrappingKey()
    {
        var wrapping = new SecretBytes(SizeBytes);
        Derive("wrap"u8, wrapping.Writable);
        return wrapping;
    }

    public byte[] Check()
    {
        var check = new byte[CheckSizeBytes];
        Derive("check"u8, check);
        return check;
    }

    public void Dispose() => secret.Dispose();

    public override string ToString() => "root key";

    private void Derive(ReadOnlySpan<byte> use, Span<byte> output) => HKDF.Expand(
        HashAlgorithmName.SHA256, secret.Span, output, Frame.Of("keyward/root/1"u8.ToArray(), use.ToArray()));
}
