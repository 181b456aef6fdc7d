using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.Algorithms;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.X509;

namespace Keyward.Keystores.Software;

/// <summary>ML-DSA (FIPS 204) by BouncyCastle: pure, empty context, hedged, over a message or over a representative mu
/// that the caller computed. Kept as the 32-byte seed.</summary>
internal sealed class MlDsaPair : ISigningPair
{
    public const int SeedSizeBytes = 32;

    private readonly MLDsaParameters _parameters;
    private readonly MLDsaPrivateKeyParameters _private;
    private readonly MLDsaPublicKeyParameters _public;

    public MlDsaPair(MaterialKind kind, ReadOnlySpan<byte> seed)
    {
        _parameters = ParametersOf(kind);
        var copy = seed.ToArray();
        _private = MLDsaPrivateKeyParameters.FromSeed(_parameters, copy);
        CryptographicOperations.ZeroMemory(copy);
        _public = _private.GetPublicKey();
        RawPublicKey = _public.GetEncoded();
        PublicKey = SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(_public).GetEncoded();
    }

    public byte[] PublicKey { get; }

    public byte[] RawPublicKey { get; }

    public static string OidOf(MaterialKind kind) => kind switch
    {
        MaterialKind.MlDsa44 => "2.16.840.1.101.3.4.3.17",
        MaterialKind.MlDsa65 => "2.16.840.1.101.3.4.3.18",
        MaterialKind.MlDsa87 => "2.16.840.1.101.3.4.3.19",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public byte[] Sign(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input) =>
        Sign(kind, input, isDeterministic: false);

    /// <summary>The variant without randomness (FIPS 204, 3.4), whose answers can be known: for tests only.</summary>
    public byte[] SignDeterministically(SignatureInput kind, ReadOnlySpan<byte> input) =>
        Sign(kind, input, isDeterministic: true);

    public bool Verify(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) =>
        Verify(_public, kind, input, signature);

    /// <summary>The same under any public key.</summary>
    public static bool Verify(
        MLDsaPublicKeyParameters key, SignatureInput kind, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        var signer = new MLDsaSigner(key.Parameters, deterministic: false);
        signer.Init(false, key);
        return Fed(signer, kind, input).VerifySignature(signature.ToArray());
    }

    public bool IsConsistent()
    {
        var message = "pair"u8;
        return Verify(Scheme.MlDsa, SignatureInput.Message, message,
            Sign(Scheme.MlDsa, SignatureInput.Message, message));
    }

    /// <summary>Whether this is the key of that expanded encoding (FIPS 204, algorithm 24).</summary>
    public bool IsExpandedAs(ReadOnlySpan<byte> expanded)
    {
        var own = _private.GetEncoded();
        var isSame = CryptographicOperations.FixedTimeEquals(own, expanded);
        CryptographicOperations.ZeroMemory(own);
        return isSame;
    }

    public void Dispose() => PostQuantumAccess.Clear(_private);

    public override string ToString() => nameof(MlDsaPair);

    private byte[] Sign(SignatureInput kind, ReadOnlySpan<byte> input, bool isDeterministic)
    {
        var signer = new MLDsaSigner(_parameters, isDeterministic);
        signer.Init(true, isDeterministic
            ? _private
            : new ParametersWithRandom(_private, KernelSecureRandom.Instance));
        return Fed(signer, kind, input).GenerateSignature();
    }

    private static MLDsaSigner Fed(MLDsaSigner signer, SignatureInput kind, ReadOnlySpan<byte> input)
    {
        if (kind == SignatureInput.ExternalMu) PostQuantumAccess.SetMu(signer, input);
        else signer.BlockUpdate(input);
        return signer;
    }

    public static MLDsaParameters ParametersOf(MaterialKind kind) => kind switch
    {
        MaterialKind.MlDsa44 => MLDsaParameters.ml_dsa_44,
        MaterialKind.MlDsa65 => MLDsaParameters.ml_dsa_65,
        MaterialKind.MlDsa87 => MLDsaParameters.ml_dsa_87,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
