namespace Keyward.Vault.Algorithms;

/// <summary>What a key is for. A key keeps its purpose for life. Numbers are stored.</summary>
public enum Purpose
{
    Unspecified = 0,
    EncryptDecrypt = 1,
    RawEncryptDecrypt = 2,
    AsymmetricSign = 3,
    AsymmetricDecrypt = 4,
    Mac = 5,
    KeyEncapsulation = 6,
    KeyAgreement = 7,
}
