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
}

internal static class WrongPurpose
{
    public static Refusal Of(KeyName key) => new(RefusalReason.WrongPurpose,
        $"{key} has another purpose than encryption and decryption.", key.ToString());
}
