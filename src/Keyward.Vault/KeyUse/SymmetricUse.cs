using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.KeyUse;

/// <summary>What the operations share that encrypt or open format 1: finding the version that may be used, and the
/// call of the keystore.</summary>
internal static class SymmetricUse
{
    /// <summary>The version that new data goes under.</summary>
    public static Outcome<(KeyEntry Entry, KeyVersion Version)> ToEncrypt(
        Passage passage, KeyName key, int? number = null)
    {
        if (passage.Snapshot.Find(key) is not { } entry) return KeyRefusals.NotFound(key);
        if (KeyRefusals.JudgeUse(entry, passage.Now) is { } resting) return resting;
        if (entry.Key.Purpose != Purpose.EncryptDecrypt) return WrongPurpose.Of(key);
        var version = number is { } named ? entry.Find(named) : entry.Primary;
        if (version is null)
            return number is { } missing
                ? KeyRefusals.NotFound(new VersionName(key, missing).ToString())
                : KeyRefusals.NoPrimary(entry.Key);
        return Judge(passage, version) is { } refusal ? refusal : (entry, version);
    }

    /// <summary>The version whose ciphertext this claims to be. A ciphertext of another key is an
    /// <see cref="RefusalReason.IncorrectKey"/>: its header says so to everybody.</summary>
    public static Outcome<KeyVersion> ToDecrypt(Passage passage, KeyName key, ReadOnlySpan<byte> ciphertext)
    {
        if (passage.Snapshot.Find(key) is not { } entry) return KeyRefusals.NotFound(key);
        if (KeyRefusals.JudgeUse(entry, passage.Now) is { } resting) return resting;
        if (entry.Key.Purpose != Purpose.EncryptDecrypt)
            return new Refusal(RefusalReason.IncorrectKey, $"{key} cannot open this ciphertext.", key.ToString());
        if (KeyImports.IsBare(entry)) return KeyRefusals.NoPrimary(entry.Key);
        if (!Ciphertext.TryReadPrefix(ciphertext, out var keyId, out var number)) return NotOpened(key);
        if (keyId != entry.Key.Id)
            return new Refusal(RefusalReason.IncorrectKey, $"The ciphertext is not one of {key}.", key.ToString());
        if (entry.Find(number) is not { } version) return NotOpened(key);
        return Judge(passage, version) is { } refusal ? refusal : version;
    }

    public static byte[] Encrypt(Passage passage, KeyVersion version, Context context, ReadOnlySpan<byte> plaintext)
    {
        var ciphertext = GC.AllocateUninitializedArray<byte>(Ciphertext.SizeOf(plaintext.Length));
        Ciphertext.WritePrefix(ciphertext, version.Material.KeyId, version.Name.Number);
        passage.Vault.Keystore.Encrypt(version.Material, context.Encoded, plaintext, ciphertext);
        return ciphertext;
    }

    /// <summary>One refusal for a damaged ciphertext, a foreign one and another context.</summary>
    public static Refusal NotOpened(KeyName key) =>
        new(RefusalReason.InvalidCiphertext, "The ciphertext does not open.", key.ToString());

    private static Refusal? Judge(Passage passage, KeyVersion version)
    {
        passage.Record.Version = version;
        passage.Record.Resource = version.FullName;
        if (AlteredRows.Refuse(passage.Snapshot, version) is { } altered) return altered;
        return version.StateAt(passage.Now) is var state && state != VersionState.Enabled
            ? KeyRefusals.NotEnabled(version, state)
            : null;
    }
}
