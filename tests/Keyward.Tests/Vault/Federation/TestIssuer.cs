using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Keyward.Tests.Vault.Federation;

/// <summary>An issuer that lives in a test: keys, their set, and tokens of any shape.</summary>
internal sealed class TestIssuer : IDisposable
{
    public const string Uri = "https://ci.example";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Keys
    {
        get
        {
            var (rsa, curve) = (_rsa.ExportParameters(false), _curve.ExportParameters(false));
            return $$"""
                {"keys":[
                 {"kty":"RSA","use":"sig","alg":"RS256","kid":"r1","n":"{{Text(rsa.Modulus!)}}","e":"{{Text(rsa.Exponent!)}}"},
                 {"kty":"EC","crv":"P-256","kid":"e1","x":"{{Text(curve.Q.X!)}}","y":"{{Text(curve.Q.Y!)}}"}]}
                """;
        }
    }

    public string Rs256(string payload, string header = """{"alg":"RS256","typ":"JWT","kid":"r1"}""") => Sign(
        header, payload, s => _rsa.SignData(s, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public string Es256(string payload, string header = """{"alg":"ES256","kid":"e1"}""") => Sign(
        header, payload, s => _curve.SignData(s, HashAlgorithmName.SHA256));

    /// <summary>HMAC under the bytes of the public key: what a verifier that believes the header would take.</summary>
    public string Hs256(string payload) => Sign("""{"alg":"HS256","kid":"r1"}""", payload,
        s => HMACSHA256.HashData(Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), s));

    public static string Sign(string header, string payload, Func<byte[], byte[]> sign)
    {
        var signed = Text(Encoding.UTF8.GetBytes(header)) + "." + Text(Encoding.UTF8.GetBytes(payload));
        return signed + "." + Text(sign(Encoding.ASCII.GetBytes(signed)));
    }

    public static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public void Dispose()
    {
        _rsa.Dispose();
        _curve.Dispose();
    }
}
