using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>The rules for aliases: names, limits, look-ups.</summary>
internal static class KeyAliases
{
    public const int MaximumNameLength = 250;

    /// <summary>AWS KMS, "Resource quotas": aliases per key.</summary>
    public const int MaximumPerKey = 50;

    public static IEnumerable<Alias> Of(Snapshot snapshot, KeyName key) =>
        In(snapshot, key.Parent.Parent, null).Where(a => a.Key == key);

    /// <summary>The living aliases of a location, behind a name.</summary>
    public static IEnumerable<Alias> In(Snapshot snapshot, LocationName location, string? last) =>
        snapshot.Find(location.Project) is not { } project
            ? []
            : project.Aliases.After(Alias.NameIn(location.Location, last ?? ""))
                .TakeWhile(a => a.Name.Parent == location).Where(a => !a.IsDeleted);

    public static Alias? Find(Snapshot snapshot, AliasName name) =>
        snapshot.Find(name) is { IsDeleted: false } alias ? alias : null;

    public static bool IsValid(string name)
    {
        if (name.Length is 0 or > MaximumNameLength) return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '_' or '-')) return false;
        return true;
    }

    /// <summary>Whether a key can take one more alias.</summary>
    public static Refusal? JudgeTarget(Snapshot snapshot, Key key, DateTimeOffset now)
    {
        if (KeyRefusals.JudgeState(key, now) is { } going) return going;
        return Of(snapshot, key.Name).Count() < MaximumPerKey
            ? null
            : new Refusal(RefusalReason.QuotaExceeded, $"A key has at most {MaximumPerKey} aliases.",
                key.Name.ToString());
    }

    /// <summary>Whether a key has the version that an alias is to be pinned to.</summary>
    public static Refusal? JudgeVersion(KeyEntry entry, int? version, DateTimeOffset now) =>
        version is not { } number
            || (entry.Find(number) is { } found && found.StateAt(now) is not (VersionState.Destroyed
                or VersionState.DestroyScheduled))
            ? null
            : KeyRefusals.NotFound(new VersionName(entry.Key.Name, number).ToString());

    public static Refusal NotFound(AliasName name) =>
        new(RefusalReason.NotFound, $"{name} not found.", name.ToString());
}
