using Keyward.Vault.Algorithms;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Keys whose owner brings the material: what they wait for.</summary>
internal static class KeyImports
{
    /// <summary>The key has never had material.</summary>
    public static bool IsBare(KeyEntry entry) =>
        entry.Key.ImportOnly && !Array.Exists(entry.Versions, v => v.HasHeldMaterial);

    /// <summary>The key has no material that it could be used with: none was brought yet, or it is gone, or another one
    /// that counts for it is.</summary>
    public static bool IsPending(KeyEntry entry, DateTimeOffset now) => entry.Key.ImportOnly
        && (IsGone(Current(entry), now) || IsIncomplete(entry, now));

    /// <summary>A material that is or was the current one is not there. It counts for the symmetric keys of the ring
    /// whose keys are named by their ids alone: there a key is used with all of its materials or not at all (AWS:
    /// ImportKeyMaterial). In other rings every version stands for itself.</summary>
    public static bool IsIncomplete(KeyEntry entry, DateTimeOffset now)
    {
        var key = entry.Key;
        if (!key.ImportOnly || key.Purpose != Purpose.EncryptDecrypt || key.Name.Parent.Ring != KeyLookup.UnnamedRing)
            return false;
        for (var number = key.PrimaryVersion ?? 0; number > 0; number--)
            if (entry.Find(number) is { } version && IsGone(version, now) && !IsDropped(entry, version, now))
                return true;
        return key.PrimaryVersion is null;
    }

    /// <summary>Material that was brought for a rotation and went before it came to that: no ciphertext needs
    /// it.</summary>
    public static bool IsDropped(KeyEntry entry, KeyVersion version, DateTimeOffset now) => entry.Key.ImportOnly
        && version is { Name.Number: > 1, RotateTime: null } && version.Name.Number != entry.Key.PrimaryVersion
        && IsGone(version, now);

    /// <summary>When the first of the materials that count goes by itself; null if none does.</summary>
    public static DateTimeOffset? FirstExpiry(KeyEntry entry) => entry.Key.ImportOnly
        ? entry.Versions.Where(v => !KeyRotation.IsWaiting(entry, v)).Min(v => v.MaterialExpireTime)
        : null;

    /// <summary>Material that was brought to follow the current one, and waits for the rotation.</summary>
    public static KeyVersion? Next(KeyEntry entry, DateTimeOffset now) =>
        entry.Key.ImportOnly && entry.Key.PrimaryVersion is { } current
            ? Array.Find(entry.Versions, v => v.Name.Number > current && v.StateAt(now) == VersionState.Enabled)
            : null;

    private static bool IsGone(KeyVersion? version, DateTimeOffset now) =>
        version is null || version.StateAt(now) is VersionState.Destroyed or VersionState.ImportFailed;

    private static KeyVersion? Current(KeyEntry entry) => entry.Primary ?? entry.Versions.LastOrDefault();
}
