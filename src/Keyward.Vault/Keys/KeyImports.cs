using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Keys whose owner brings the material: what they wait for.</summary>
internal static class KeyImports
{
    /// <summary>The key has never had material.</summary>
    public static bool IsBare(KeyEntry entry) =>
        entry.Key.ImportOnly && !Array.Exists(entry.Versions, v => v.HasHeldMaterial);

    /// <summary>The key has no material that it could be used with: none was brought yet, or it is gone.</summary>
    public static bool IsPending(KeyEntry entry, DateTimeOffset now) => entry.Key.ImportOnly
        && (Current(entry)?.StateAt(now) ?? VersionState.Destroyed)
            is VersionState.Destroyed or VersionState.ImportFailed;

    /// <summary>Material that was brought to follow the current one, and waits for the rotation.</summary>
    public static KeyVersion? Next(KeyEntry entry, DateTimeOffset now) =>
        entry.Key.ImportOnly && entry.Key.PrimaryVersion is { } current
            ? Array.Find(entry.Versions, v => v.Name.Number > current && v.StateAt(now) == VersionState.Enabled)
            : null;

    private static KeyVersion? Current(KeyEntry entry) => entry.Primary ?? entry.Versions.LastOrDefault();
}
