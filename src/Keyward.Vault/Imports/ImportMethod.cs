namespace Keyward.Vault.Imports;

/// <summary>How material is wrapped on its way in. Numbers are stored.</summary>
public enum ImportMethod
{
    Unspecified = 0,
    RsaOaep3072Sha1Aes256 = 1,
    RsaOaep4096Sha1Aes256 = 2,
    RsaOaep3072Sha256Aes256 = 3,
    RsaOaep4096Sha256Aes256 = 4,
    RsaOaep3072Sha256 = 5,
    RsaOaep4096Sha256 = 6,
    HpkeMlKem768 = 7,
    HpkeMlKem1024 = 8,
    HpkeXWing = 9,
    RsaOaep2048Sha1 = 10,
    RsaOaep3072Sha1 = 11,
    RsaOaep4096Sha1 = 12,
    RsaOaep2048Sha256 = 13,
    RsaOaep2048Sha1Aes256 = 14,
    RsaOaep2048Sha256Aes256 = 15,
}
