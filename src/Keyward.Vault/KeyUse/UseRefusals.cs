using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;

namespace Keyward.Vault.KeyUse;

internal static class TooLarge
{
    public static readonly Refusal Plaintext = new(RefusalReason.TooLarge,
        "The plaintext is larger than 65536 bytes. Encrypt large data locally under a data key.");

    public static readonly Refusal Context = new(RefusalReason.TooLarge,
        "The additional authenticated data is larger than 65536 bytes.");

    public static readonly Refusal Ciphertext = new(RefusalReason.TooLarge,
        "The ciphertext is larger than any that this server makes.");

    public static readonly Refusal Message = new(RefusalReason.TooLarge,
        "The data to sign are larger than 65536 bytes. Hash them locally and sign the digest.");

    public static readonly Refusal MacInput = new(RefusalReason.TooLarge,
        "The data are larger than 65536 bytes. Hash them locally and sign the digest.");
}

internal static class WrongPurpose
{
    public static Refusal Of(KeyName key) => new(RefusalReason.WrongPurpose,
        $"{key} has another purpose than encryption and decryption.", key.ToString());

    public static Refusal Of(KeyName key, Purpose actual, Purpose needed) => new(RefusalReason.WrongPurpose,
        $"{key} is a key for {Describe(actual)}; this operation needs one for {Describe(needed)}.", key.ToString());

    private static string Describe(Purpose purpose) => purpose switch
    {
        Purpose.EncryptDecrypt => "encryption and decryption",
        Purpose.RawEncryptDecrypt => "raw encryption and decryption",
        Purpose.AsymmetricSign => "asymmetric signing",
        Purpose.AsymmetricDecrypt => "asymmetric decryption",
        Purpose.Mac => "message authentication codes",
        Purpose.KeyEncapsulation => "key encapsulation",
        Purpose.KeyAgreement => "key agreement",
        Purpose.Unspecified => "nothing",
    };
}
