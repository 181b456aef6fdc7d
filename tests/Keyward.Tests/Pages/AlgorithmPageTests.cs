using System.Text;
using Keyward.Doors.Google;
using Keyward.Vault.Algorithms;
using WireAlgorithm = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionAlgorithm;

namespace Keyward.Tests.Pages;

public sealed class AlgorithmPageTests
{
    private const string Head =
        """
        # Algorithms
        Made from the algorithm table. *Number* and *label* are what rows and seals hold ([format](format.md)). Google
        fixes the scheme with the algorithm; AWS's keys have several, of which each call names one
        ([ADR 3](../adr/0003-one-algorithm-table.md)). Input: M a message of up to 64 KiB, D its digest, µ the 64-byte
        representative of ML-DSA. Lane: *slow* uses take milliseconds, so they share half of the cores and at most 64
        wait; the 65th is told RESOURCE_EXHAUSTED (Throttling at AWS).

        | number | label | at Google | purpose | bits | schemes | input | lane |
        | --- | --- | --- | --- | --- | --- | --- | --- |

        """;

    private const string Foot =
        """

        - RSA has the public exponent 65537; PSS salts are as long as the hash; MGF1 uses the same hash; OAEP labels are
          empty. An RSA signature is verified before it leaves.
        - ECDSA signatures are DER, and only their one canonical encoding verifies. Ed25519 verifies strictly.
        - ML-DSA, SLH-DSA: empty context, randomised. Pre-hash SLH-DSA is with SHA-256. ML-KEM and X-Wing reject
          implicitly: an altered ciphertext gives another secret.
        - RSA and SLH-DSA keys are made ahead. Where none lies ready within two seconds, a Google client's version is
          PENDING_GENERATION until the server has made it; an AWS client waits, at most 20 seconds.
        - AES-CBC, AES-CTR and raw PKCS #1 authenticate or hash nothing: making and using such keys takes the right
          `cloudkms.cryptoKeyVersions.manageRaw…Keys` besides.
        - Libraries: RSA, AES, ECDSA, ECDH, HMAC by OpenSSL; Ed25519, X25519 by libsodium; ML-DSA, SLH-DSA, ML-KEM,
          HMAC-SHA-224 by BouncyCastle. Each algorithm answers a known question at every start, or the server does not
          serve.

        """;

    [Fact]
    public void The_page_of_algorithms_is_the_table()
    {
        var page = new StringBuilder(Head);
        foreach (var row in AlgorithmTable.Rows)
        {
            var google = AlgorithmNames.Of(row.Algorithm);
            var inputs = string.Concat(row.Schemes.SelectMany(Inputs).Distinct());
            page.Append(
                $"| {(int)row.Algorithm} | {row.SealLabel} | " +
                $"{(google == WireAlgorithm.Unspecified ? "–" : NameOf(google))} | {row.Purpose} | {(row.SizeBits == 0 ? "" : row.SizeBits)} | {string.Join(", ", row.Schemes)} | {inputs} | " +
                $"{(row.IsSlow ? "slow" : "")} |\n");
        }

        GeneratedPage.Check("docs/reference/algorithms.md", page.Append(Foot).ToString());
    }

    private static IEnumerable<string> Inputs(Scheme scheme)
    {
        if (SchemeTable.Takes(scheme, SignatureInput.Message)) yield return "M";
        if (SchemeTable.Takes(scheme, SignatureInput.Digest)) yield return "D";
        if (SchemeTable.Takes(scheme, SignatureInput.ExternalMu)) yield return "µ";
    }

    private static string NameOf(WireAlgorithm algorithm) =>
        Google.Cloud.Kms.V1.CryptoKeyVersion.Descriptor.EnumTypes
            .Single(e => e.Name == "CryptoKeyVersionAlgorithm").FindValueByNumber((int)algorithm).Name;
}
