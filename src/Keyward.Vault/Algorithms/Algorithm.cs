namespace Keyward.Vault.Algorithms;

/// <summary>Every algorithm that a version can have. The numbers are stored and bound into sealed values: never
/// changed, never reused.</summary>
public enum Algorithm
{
    Unspecified = 0,

    /// <summary>AES-256 in the vault's own self-describing ciphertext format: Google's GOOGLE_SYMMETRIC_ENCRYPTION,
    /// AWS's SYMMETRIC_DEFAULT.</summary>
    Aes256Symmetric = 1,
}

/// <summary>What a key is for. A key keeps its purpose for life. Numbers are stored.</summary>
public enum Purpose
{
    Unspecified = 0,
    EncryptDecrypt = 1,
}

/// <summary>Where material lives and computes. Numbers are stored.</summary>
public enum ProtectionLevel
{
    Unspecified = 0,
    Software = 1,
}
