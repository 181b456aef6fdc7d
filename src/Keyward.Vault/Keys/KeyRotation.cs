using Keyward.Vault.Algorithms;
using Keyward.Vault.Automation;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Which keys rotate, and what their rotations were.</summary>
internal static class KeyRotation
{
    private const string BySystem = Caller.SystemType + ":";

    /// <summary>Only symmetric encryption keys whose material is made here rotate, and in a set only the
    /// primary.</summary>
    public static Refusal? Judge(KeyEntry entry, DateTimeOffset now)
    {
        var key = entry.Key;
        if (key.StateAt(now) == KeyState.Deleted) return KeyRefusals.NotFound(key.Name);
        if (key.Purpose != Purpose.EncryptDecrypt)
            return new Refusal(RefusalReason.WrongPurpose, $"{key.Name} is not a key that rotates.",
                key.Name.ToString());
        if (key.ImportOnly)
            return new Refusal(RefusalReason.WrongOrigin, $"{key.Name} has imported material.", key.Name.ToString());
        return key.IsReplica
            ? new Refusal(RefusalReason.NotPrimary, $"{key.Name} is a replica; its primary rotates.",
                key.Name.ToString())
            : null;
    }

    public static bool IsAutomatic(KeyVersion version) =>
        version.CreatedBy.StartsWith(BySystem, StringComparison.Ordinal);

    /// <summary>All versions but the first are rotations, and such as wait for theirs.</summary>
    public static IEnumerable<KeyVersion> Of(KeyEntry entry, DateTimeOffset now) =>
        All(entry, now).Where(v => v.Name.Number > 1 && !IsWaiting(entry, v));

    /// <summary>The first material, those of the rotations, and such as waits for its own.</summary>
    public static IEnumerable<KeyVersion> All(KeyEntry entry, DateTimeOffset now) =>
        entry.Versions.Where(v => !KeyImports.IsDropped(entry, v, now));

    /// <summary>Material that was brought and has not become current yet.</summary>
    public static bool IsWaiting(KeyEntry entry, KeyVersion version) =>
        entry.Key.ImportOnly && version.Name.Number > (entry.Key.PrimaryVersion ?? 0);

    public static int CountOnDemand(KeyEntry entry, DateTimeOffset now) =>
        Of(entry, now).Count(v => !IsAutomatic(v));
}
