using System.Security.Cryptography;
using Keyward.Vault.Algorithms;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.X509;

namespace Keyward.Keystores.Software;

/// <summary>ML-KEM (FIPS 203) by BouncyCastle. Kept as the 64-byte seed d ‖ z. An altered ciphertext decapsulates to
/// another secret: implicit rejection.</summary>
internal sealed class MlKemPair : IEncapsulationPair
{
    public const int SeedSizeBytes = 64;

    private readonly MLKemParameters _parameters;
    private readonly MLKemPrivateKeyParameters _private;
    private readonly MLKemPublicKeyParameters _public;

    public MlKemPair(MaterialKind kind, ReadOnlySpan<byte> seed)
    {
        _parameters = ParametersOf(kind);
        var copy = seed.ToArray();
        _private = MLKemPrivateKeyParameters.FromSeed(_parameters, copy);
        CryptographicOperations.ZeroMemory(copy);
        _public = _private.GetPublicKey();
        RawPublicKey = _public.GetEncoded();
        PublicKey = SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(_public).GetEncoded();
    }

    public byte[] PublicKey { get; }

    public byte[] RawPublicKey { get; }

    public int CiphertextSizeBytes => _parameters.ParameterSet.EncapsulationLength;

    public static string OidOf(MaterialKind kind) => kind switch
    {
        MaterialKind.MlKem768 => "2.16.840.1.101.3.4.4.2",
        MaterialKind.MlKem1024 => "2.16.840.1.101.3.4.4.3",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public byte[] Decapsulate(ReadOnlySpan<byte> ciphertext)
    {
        var secret = new byte[_parameters.ParameterSet.SecretLength];
        Decapsulate(ciphertext, secret);
        return secret;
    }

    public void Decapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret)
    {
        var decapsulator = new MLKemDecapsulator(_parameters);
        decapsulator.Init(_private);
        decapsulator.Decapsulate(ciphertext, secret);
    }

    /// <summary>A fresh secret encapsulated to this pair: what a peer does.</summary>
    public (byte[] Ciphertext, byte[] Secret) Encapsulate()
    {
        var encapsulator = new MLKemEncapsulator(_parameters);
        encapsulator.Init(new ParametersWithRandom(_public, KernelSecureRandom.Instance));
        var ciphertext = new byte[encapsulator.EncapsulationLength];
        var secret = new byte[encapsulator.SecretLength];
        encapsulator.Encapsulate(ciphertext, secret);
        return (ciphertext, secret);
    }

    public bool IsConsistent()
    {
        var (ciphertext, secret) = Encapsulate();
        return CryptographicOperations.FixedTimeEquals(secret, Decapsulate(ciphertext));
    }

    /// <summary>Whether this is the key of that expanded encoding (FIPS 203, 7.1).</summary>
    public bool IsExpandedAs(ReadOnlySpan<byte> expanded)
    {
        var own = _private.GetEncoded();
        var isSame = CryptographicOperations.FixedTimeEquals(own, expanded);
        CryptographicOperations.ZeroMemory(own);
        return isSame;
    }

    public void Dispose() => PostQuantumAccess.Clear(_private);

    public override string ToString() => nameof(MlKemPair);

    private static MLKemParameters ParametersOf(MaterialKind kind) => kind switch
    {
        MaterialKind.MlKem768 => MLKemParameters.ml_kem_768,
        MaterialKind.MlKem1024 => MLKemParameters.ml_kem_1024,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
