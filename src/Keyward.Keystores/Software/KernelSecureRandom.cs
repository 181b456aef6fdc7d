using Keyward.Keystores.Material;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Security;

namespace Keyward.Keystores.Software;

/// <summary>BouncyCastle's source of randomness: the kernel's, as everywhere here. Safe for concurrent use.</summary>
internal sealed class KernelSecureRandom : SecureRandom
{
    public static readonly KernelSecureRandom Instance = new();

    private KernelSecureRandom()
        : base(new Generator())
    {
    }

    private sealed class Generator : IRandomGenerator
    {
        public void AddSeedMaterial(byte[] seed)
        {
        }

        public void AddSeedMaterial(ReadOnlySpan<byte> seed)
        {
        }

        public void AddSeedMaterial(long seed)
        {
        }

        public void NextBytes(byte[] bytes) => KernelRandom.Fill(bytes);

        public void NextBytes(byte[] bytes, int start, int len) => KernelRandom.Fill(bytes.AsSpan(start, len));

        public void NextBytes(Span<byte> bytes) => KernelRandom.Fill(bytes);
    }
}
