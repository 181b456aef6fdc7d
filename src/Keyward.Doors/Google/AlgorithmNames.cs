using Keyward.Vault.Algorithms;
using WireAlgorithm = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionAlgorithm;

namespace Keyward.Doors.Google;

/// <summary>Google's name for each algorithm of the vault. A version whose caller chooses the scheme at each use, as
/// AWS makes them, shows the algorithm of its first scheme and is used with that one
/// (docs/adr/0003-one-algorithm-table.md). What Google has no name for shows as unspecified.</summary>
internal static class AlgorithmNames
{
    public static WireAlgorithm Of(Algorithm algorithm) => algorithm switch
    {
        Algorithm.Aes256Symmetric => WireAlgorithm.GoogleSymmetricEncryption,
        Algorithm.Aes128Gcm => WireAlgorithm.Aes128Gcm,
        Algorithm.Aes256Gcm => WireAlgorithm.Aes256Gcm,
        Algorithm.Aes128Cbc => WireAlgorithm.Aes128Cbc,
        Algorithm.Aes256Cbc => WireAlgorithm.Aes256Cbc,
        Algorithm.Aes128Ctr => WireAlgorithm.Aes128Ctr,
        Algorithm.Aes256Ctr => WireAlgorithm.Aes256Ctr,
        Algorithm.HmacSha1 => WireAlgorithm.HmacSha1,
        Algorithm.HmacSha224 => WireAlgorithm.HmacSha224,
        Algorithm.HmacSha256 => WireAlgorithm.HmacSha256,
        Algorithm.HmacSha384 => WireAlgorithm.HmacSha384,
        Algorithm.HmacSha512 => WireAlgorithm.HmacSha512,
        Algorithm.RsaSignPss2048Sha256 or Algorithm.RsaSign2048 => WireAlgorithm.RsaSignPss2048Sha256,
        Algorithm.RsaSignPss3072Sha256 or Algorithm.RsaSign3072 => WireAlgorithm.RsaSignPss3072Sha256,
        Algorithm.RsaSignPss4096Sha256 or Algorithm.RsaSign4096 => WireAlgorithm.RsaSignPss4096Sha256,
        Algorithm.RsaSignPss4096Sha512 => WireAlgorithm.RsaSignPss4096Sha512,
        Algorithm.RsaSignPkcs1Of2048Sha256 => WireAlgorithm.RsaSignPkcs12048Sha256,
        Algorithm.RsaSignPkcs1Of3072Sha256 => WireAlgorithm.RsaSignPkcs13072Sha256,
        Algorithm.RsaSignPkcs1Of4096Sha256 => WireAlgorithm.RsaSignPkcs14096Sha256,
        Algorithm.RsaSignPkcs1Of4096Sha512 => WireAlgorithm.RsaSignPkcs14096Sha512,
        Algorithm.RsaSignRawPkcs1Of2048 => WireAlgorithm.RsaSignRawPkcs12048,
        Algorithm.RsaSignRawPkcs1Of3072 => WireAlgorithm.RsaSignRawPkcs13072,
        Algorithm.RsaSignRawPkcs1Of4096 => WireAlgorithm.RsaSignRawPkcs14096,
        Algorithm.RsaDecryptOaep2048Sha1 => WireAlgorithm.RsaDecryptOaep2048Sha1,
        Algorithm.RsaDecryptOaep3072Sha1 => WireAlgorithm.RsaDecryptOaep3072Sha1,
        Algorithm.RsaDecryptOaep4096Sha1 => WireAlgorithm.RsaDecryptOaep4096Sha1,
        Algorithm.RsaDecryptOaep2048Sha256 or Algorithm.RsaCrypt2048 => WireAlgorithm.RsaDecryptOaep2048Sha256,
        Algorithm.RsaDecryptOaep3072Sha256 or Algorithm.RsaCrypt3072 => WireAlgorithm.RsaDecryptOaep3072Sha256,
        Algorithm.RsaDecryptOaep4096Sha256 or Algorithm.RsaCrypt4096 => WireAlgorithm.RsaDecryptOaep4096Sha256,
        Algorithm.RsaDecryptOaep4096Sha512 => WireAlgorithm.RsaDecryptOaep4096Sha512,
        Algorithm.EcSignP256Sha256 => WireAlgorithm.EcSignP256Sha256,
        Algorithm.EcSignP384Sha384 => WireAlgorithm.EcSignP384Sha384,
        Algorithm.EcSignSecp256k1Sha256 => WireAlgorithm.EcSignSecp256K1Sha256,
        Algorithm.EcSignEd25519 or Algorithm.Ed25519AnyMode => WireAlgorithm.EcSignEd25519,
        Algorithm.MlDsa44 or Algorithm.MlDsa44AnyInput => WireAlgorithm.PqSignMlDsa44,
        Algorithm.MlDsa65 or Algorithm.MlDsa65AnyInput => WireAlgorithm.PqSignMlDsa65,
        Algorithm.MlDsa87 or Algorithm.MlDsa87AnyInput => WireAlgorithm.PqSignMlDsa87,
        Algorithm.MlDsa44ExternalMu => WireAlgorithm.PqSignMlDsa44ExternalMu,
        Algorithm.MlDsa65ExternalMu => WireAlgorithm.PqSignMlDsa65ExternalMu,
        Algorithm.MlDsa87ExternalMu => WireAlgorithm.PqSignMlDsa87ExternalMu,
        Algorithm.SlhDsaSha2Of128s => WireAlgorithm.PqSignSlhDsaSha2128S,
        Algorithm.HashSlhDsaSha2Of128sSha256 => WireAlgorithm.PqSignHashSlhDsaSha2128SSha256,
        Algorithm.MlKem768 => WireAlgorithm.MlKem768,
        Algorithm.MlKem1024 => WireAlgorithm.MlKem1024,
        Algorithm.XWing => WireAlgorithm.KemXwing,
        Algorithm.Unspecified or Algorithm.EcSignP521Sha512 or Algorithm.EcAgreeP256 or Algorithm.EcAgreeP384
            or Algorithm.EcAgreeP521 or Algorithm.EcAgreeSecp256k1 => WireAlgorithm.Unspecified,
    };

    /// <summary>The algorithm that a Google client means: of those that share a name the one that Google's door
    /// makes, which stands first.</summary>
    public static Algorithm? Find(WireAlgorithm name) => ByName.TryGetValue(name, out var algorithm) ? algorithm : null;

    private static readonly Dictionary<WireAlgorithm, Algorithm> ByName = AlgorithmTable.Rows
        .Select(r => (Name: Of(r.Algorithm), r.Algorithm))
        .Where(p => p.Name != WireAlgorithm.Unspecified)
        .GroupBy(p => p.Name)
        .ToDictionary(g => g.Key, g => g.First().Algorithm);
}
