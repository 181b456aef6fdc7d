using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Keyward.Vault.Identities;

namespace Keyward.Vault.Federation;

/// <summary>An issuer's public keys (RFC 7517). Immutable. Keys that sign nothing we take are left out; a set that is
/// malformed, too large or holds a private key is refused whole.</summary>
internal sealed class KeySet
{
    public const int MaximumKeys = 32;

    public const int MaximumSizeBytes = 256 * 1024;

    private const int MaximumDepth = 8;

    private readonly List<PublicKey> _keys;

    private KeySet(List<PublicKey> keys) => _keys = keys;

    public int Count => _keys.Count;

    public static KeySet? TryParse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaximumSizeBytes || !System.Text.Unicode.Utf8.IsValid(json.Span)) return null;
        try
        {
            using var document = JsonDocument.Parse(json,
                new JsonDocumentOptions { MaxDepth = MaximumDepth, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("keys", out var list)
                || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MaximumKeys) return null;
            var keys = new List<PublicKey>();
            foreach (var item in list.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object || item.TryGetProperty("d", out _)) return null;
                if (PublicKey.TryParse(item) is { } key) keys.Add(key);
            }

            return keys.Count > 0 ? new KeySet(keys) : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException
            or CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether a key of that name is here; a token that names none is content with any.</summary>
    public bool Knows(string? keyId) => keyId is null || _keys.Exists(k => k.Id == keyId);

    /// <summary>Whether the signature is by the key that the token names, or, where it names none, by the only key
    /// that fits.</summary>
    public bool Verify(CompactJwt jwt, IssuerAlgorithm algorithm)
    {
        var keyId = CompactJwt.Text(jwt.Header, "kid");
        var fitting = _keys.Where(k => k.Fits(algorithm) && (keyId is null || k.Id == keyId)).ToList();
        return fitting.Count == 1 && fitting[0].Verify(jwt, algorithm);
    }

    private sealed record PublicKey(string? Id, string? Algorithm, RSAParameters? Rsa, ECParameters? Curve, string Name)
    {
        private const int MinimumModulusSizeBytes = 256;
        private const int MaximumModulusSizeBytes = 1_024;

        public static PublicKey? TryParse(JsonElement json)
        {
            if (CompactJwt.Text(json, "use") is { } use && use != "sig") return null;
            var (id, algorithm) = (CompactJwt.Text(json, "kid"), CompactJwt.Text(json, "alg"));
            switch (CompactJwt.Text(json, "kty"))
            {
                case "RSA":
                    var (modulus, exponent) = (Number(json, "n"), Number(json, "e"));
                    // 65537 alone: every issuer uses it, and small exponents have a history.
                    if (modulus.Length is < MinimumModulusSizeBytes or > MaximumModulusSizeBytes
                        || !exponent.AsSpan().SequenceEqual([(byte)1, (byte)0, (byte)1])) return null;
                    return new PublicKey(id, algorithm,
                        new RSAParameters { Modulus = modulus, Exponent = exponent }, null, "RSA");
                case "EC":
                    if (CurveOf(CompactJwt.Text(json, "crv")) is not { } curve) return null;
                    var parameters = new ECParameters
                    {
                        Curve = curve, Q = new ECPoint { X = Number(json, "x"), Y = Number(json, "y") },
                    };
                    // Off-curve points are refused here, not at the first token.
                    using (ECDsa.Create(parameters)) { }
                    return new PublicKey(id, algorithm, null, parameters, CompactJwt.Text(json, "crv")!);
                default:
                    return null;
            }
        }

        public bool Fits(IssuerAlgorithm algorithm) => (Algorithm is null || Algorithm == algorithm.Name)
            && (algorithm.Padding is not null ? Rsa is not null : Name == algorithm.Curve);

        public bool Verify(CompactJwt jwt, IssuerAlgorithm algorithm)
        {
            if (Rsa is { } modulus)
            {
                using var rsa = RSA.Create(modulus);
                return rsa.VerifyData(jwt.Signed, jwt.Signature, algorithm.Hash, algorithm.Padding!);
            }

            using var curve = ECDsa.Create(Curve!.Value);
            return curve.VerifyData(
                jwt.Signed, jwt.Signature, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        private static ECCurve? CurveOf(string? name) => name switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-384" => ECCurve.NamedCurves.nistP384,
            "P-521" => ECCurve.NamedCurves.nistP521,
            _ => null,
        };

        private static byte[] Number(JsonElement json, string name) =>
            CompactJwt.Text(json, name) is { } text && !text.Contains('=', StringComparison.Ordinal)
                ? Base64Url.DecodeFromChars(text)
                : throw new FormatException($"The key lacks {name}.");
    }
}
