using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Projects;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Follows references to keys. It gives a name and nothing else: what may be done there is judged by the
/// gate. Within an account whether a key exists is no secret (AWS KMS answers so too); of another account's keys
/// nothing is told.</summary>
internal static class KeyLookup
{
    /// <summary>The ring whose keys are named by their ids.</summary>
    public const string UnnamedRing = "aws";

    public static Outcome<FoundKey> Find(
        Snapshot snapshot, Caller caller, in KeyReference reference, DateTimeOffset now)
    {
        if (ProjectOf(snapshot, caller, reference.Account) is not { } project) return Foreign(reference);
        var entry = Find(snapshot, project, reference, out var version);
        if (entry is not null && entry.Key.StateAt(now) != KeyState.Deleted)
            return new FoundKey(entry.Key.Name, project.Project.Account, reference.Id ?? entry.Key.IdText,
                entry.Key.Purpose, entry.Key.Algorithm)
            {
                IsExternal = entry.Key.ImportOnly, Version = version ?? NewestOf(entry),
            };
        if (project.Project.Id != caller.Project) return Foreign(reference);
        var location = new LocationName(project.Project.Id, reference.Location);
        return reference.Alias is { } alias
            ? KeyAliases.NotFound(new AliasName(location, alias))
            : KeyRefusals.NotFound($"{location}/keys/{reference.Id ?? "?"}");
    }

    /// <summary>A key without a primary version is used by its newest one. It is named here, so that conditions see the
    /// same resource as at a door whose callers name versions.</summary>
    private static int? NewestOf(KeyEntry entry) => entry.Key.Purpose == Algorithms.Purpose.EncryptDecrypt
        ? null
        : entry.Versions.LastOrDefault()?.Name.Number;

    public static ProjectEntry? ProjectOf(Snapshot snapshot, Caller caller, string? account)
    {
        if (caller.Project is { } own && snapshot.Find(own) is { } entry
            && (account is null || entry.Project.Account == account)) return entry;
        return account is null ? null : ProjectOf(snapshot, account);
    }

    /// <summary>Apart from its caller, where the closure would be made for the caller's own project too.</summary>
    private static ProjectEntry? ProjectOf(Snapshot snapshot, string account) =>
        snapshot.Projects.After(null).FirstOrDefault(p => p.Project.Account == account);

    private static KeyEntry? Find(
        Snapshot snapshot, ProjectEntry project, in KeyReference reference, out int? version)
    {
        version = null;
        var location = new LocationName(project.Project.Id, reference.Location);
        if (reference.Alias is { } alias)
        {
            var found = KeyAliases.Find(snapshot, new AliasName(location, alias));
            version = found?.Version;
            return found is null ? null : snapshot.Find(found.Key);
        }

        if (reference.Uuid is { } uuid)
            return ById(snapshot, project, location, KeyIdText.Of(uuid))
                ?? ById(snapshot, project, location, KeyIdText.OfSet(uuid));
        return ById(snapshot, project, location, reference.Id!);
    }

    private static KeyEntry? ById(Snapshot snapshot, ProjectEntry project, LocationName location, string id)
    {
        if (snapshot.Find(new KeyName(new KeyRingName(location, UnnamedRing), id)) is { } named
            && named.Key.HasIdText(id)) return named;
        return KeyIdText.TryParse(id, out var uuid) && project.KeyIds.Find(uuid, location.Location) is { } found
            && found.Key.HasIdText(id)
                ? found
                : null;
    }

    private static Refusal Foreign(in KeyReference reference) => new(RefusalReason.PermissionDenied,
        "The key does not exist, or you may not use it.", $"accounts/{reference.Account}");
}
