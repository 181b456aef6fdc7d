using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.Algorithms;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace Keyward.Keystores.Software;

/// <summary>HMAC (FIPS 198-1) with the hash of its scheme, in full length. SHA-224 is not in the platform, so there it
/// is BouncyCastle's. Safe for concurrent use.</summary>
internal sealed class MacKey(Scheme scheme, ReadOnlySpan<byte> key) : IDisposable
{
    private readonly SecretBytes _key = new(key);

    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        var hash = SchemeTable.HashOf(scheme);
        var mac = new byte[SchemeTable.SizeBytesOf(hash)];
        if (hash == HashFunction.Sha224) SignSha224(data, mac);
        else CryptographicOperations.HmacData(Hashing.NameOf(scheme), _key.Span, data, mac);
        return mac;
    }

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> mac) =>
        CryptographicOperations.FixedTimeEquals(Sign(data), mac);

    public void Dispose() => _key.Dispose();

    public override string ToString() => nameof(MacKey);

    private void SignSha224(ReadOnlySpan<byte> data, Span<byte> mac)
    {
        var hmac = new HMac(new Sha224Digest());
        hmac.Init(new KeyParameter(_key.Span));
        hmac.BlockUpdate(data);
        hmac.DoFinal(mac);
    }
}
