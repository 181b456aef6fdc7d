using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;

namespace Keyward.Vault.KeyUse;

/// <summary>What raw encryption takes in each mode (Cloud KMS, "Raw symmetric encryption"; SP 800-38A,
/// 800-38D).</summary>
internal static class RawRules
{
    public const int BlockSizeBytes = 16;
    public const int TagSizeBytes = 16;

    /// <summary>A shorter tag is guessed too easily: SP 800-38D allows down to 4 bytes, we down to this.</summary>
    private const int MinimumTagSizeBytes = 12;

    private const int GcmIvSizeBytes = 12;

    public static int IvSizeOf(Scheme scheme) => scheme == Scheme.AesGcm ? GcmIvSizeBytes : BlockSizeBytes;

    public static Refusal? JudgeEncryption(Scheme scheme, int plaintext, int aad, int iv)
    {
        if (plaintext > VersionUse.MaximumInputSizeBytes) return TooLarge.Plaintext;
        if (scheme == Scheme.AesGcm && iv > 0)
            return KeyRules.Invalid("With AES-GCM the initialization vector is made by the server: one that is used " +
                "twice gives the key away. Leave it out.");
        if (iv > 0 && JudgeIv(scheme, iv) is { } badIv) return badIv;
        return JudgeAad(scheme, aad) ?? JudgeBlocks(scheme, plaintext, "plaintext");
    }

    public static Refusal? JudgeDecryption(Scheme scheme, int ciphertext, int aad, int iv, int tag)
    {
        if (ciphertext > VersionUse.MaximumInputSizeBytes + TagSizeBytes) return TooLarge.Ciphertext;
        if (JudgeIv(scheme, iv) is { } badIv) return badIv;
        if (scheme != Scheme.AesGcm && tag != 0)
            return KeyRules.Invalid("AES-CBC and AES-CTR have no authentication tag: leave its length out.");
        if (scheme == Scheme.AesGcm && tag is not 0 and (< MinimumTagSizeBytes or > TagSizeBytes))
            return KeyRules.Invalid("The authentication tag has 12 to 16 bytes.");
        return JudgeAad(scheme, aad) ?? JudgeBlocks(scheme, ciphertext, "ciphertext");
    }

    private static Refusal? JudgeIv(Scheme scheme, int iv) => iv == IvSizeOf(scheme)
        ? null
        : KeyRules.Invalid($"The initialization vector must have {IvSizeOf(scheme)} bytes.");

    private static Refusal? JudgeAad(Scheme scheme, int aad)
    {
        if (aad > VersionUse.MaximumInputSizeBytes) return TooLarge.Context;
        return aad > 0 && scheme != Scheme.AesGcm
            ? KeyRules.Invalid("AES-CBC and AES-CTR authenticate nothing: additional authenticated data are not taken.")
            : null;
    }

    private static Refusal? JudgeBlocks(Scheme scheme, int size, string what) =>
        scheme == Scheme.AesCbc && size % BlockSizeBytes != 0
            ? KeyRules.Invalid(
                $"With AES-CBC the {what} must be a multiple of {BlockSizeBytes} bytes: pad it before encryption.")
            : null;
}
