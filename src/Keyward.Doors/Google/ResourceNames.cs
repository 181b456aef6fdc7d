using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Doors.Google;

/// <summary>Google's resource names (Cloud KMS, "Resource names"), parsed strictly into the vault's own. What does not
/// parse is INVALID_ARGUMENT; the sentence says the form, not what came.</summary>
internal static class ResourceNames
{
    private const int MaximumLength = 512;
    private const int MaximumParts = 10;

    private static readonly ParsedNames<KeyName> Keys = new(ParseKey);
    private static readonly ParsedNames<(KeyName Key, int? Version)> KeysAndVersions = new(ParseKeyOrVersion);

    private static readonly string[] Collections =
        ["projects", "locations", "keyRings", "cryptoKeys", "cryptoKeyVersions", "importJobs", "retiredResources"];

    public static Outcome<ProjectId> Project(string name) =>
        Split(name, 2) is ["projects", var id] && ProjectId.TryParse(id, out var project) ? project : Bad("projects/P");

    public static Outcome<LocationName> Location(string name) =>
        TryLocation(Split(name, 4), out var location) ? location : Bad("projects/P/locations/L");

    public static Outcome<KeyRingName> KeyRing(string name) =>
        TryKeyRing(Split(name, 6), out var ring) ? ring : Bad("projects/P/locations/L/keyRings/R");

    public static Outcome<KeyName> Key(string name) => Keys.Of(name);

    private static Outcome<KeyName> ParseKey(string name) =>
        TryKey(Split(name, 8), out var key) ? key : Bad("projects/P/locations/L/keyRings/R/cryptoKeys/K");

    public static Outcome<VersionName> Version(string name) => TryVersion(Split(name, 10), out var version)
        ? version
        : Bad("projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/N");

    public static Outcome<ImportJobName> ImportJob(string name) =>
        TryImportJob(Split(name, 8), out var job) ? job : Bad("projects/P/locations/L/keyRings/R/importJobs/J");

    public static Outcome<RetiredName> Retired(string name) =>
        Split(name, 6) is { Length: 6 } parts && TryLocation(parts, out var location)
        && parts[4] == "retiredResources" && Guid.TryParseExact(parts[5], "D", out var id)
            ? new RetiredName(location, id)
            : Bad("projects/P/locations/L/retiredResources/ID");

    /// <summary>Encrypt takes a key or one of its versions.</summary>
    public static Outcome<(KeyName Key, int? Version)> KeyOrVersion(string name) => KeysAndVersions.Of(name);

    private static Outcome<(KeyName Key, int? Version)> ParseKeyOrVersion(string name)
    {
        if (TryKey(Split(name, 8), out var key)) return (key, (int?)null);
        return TryVersion(Split(name, 10), out var version)
            ? (version.Parent, (int?)version.Number)
            : Bad("projects/P/locations/L/keyRings/R/cryptoKeys/K");
    }

    /// <summary>What can have a policy of its own and a name of Google's.</summary>
    public static Outcome<PolicyTarget> Target(string name) =>
        PolicyTarget.TryParse(name, out var target) && target != PolicyTarget.Deployment
            ? target
            : Bad("projects/P, a key ring's, a key's or an import job's");

    private static string[] Split(string name, int count)
    {
        Span<Range> ranges = stackalloc Range[MaximumParts + 1];
        if (name.Length > MaximumLength || name.AsSpan().Split(ranges, '/') != count) return [];
        var parts = new string[count];
        for (var i = 0; i < count; i++) parts[i] = WordOr(name.AsSpan(ranges[i]));
        return parts;
    }

    /// <summary>A collection's name without a copy, since names come with every request.</summary>
    private static string WordOr(ReadOnlySpan<char> part)
    {
        foreach (var word in Collections)
            if (part.SequenceEqual(word)) return word;
        return part.ToString();
    }

    private static bool TryLocation(ReadOnlySpan<string> parts, out LocationName location)
    {
        location = default;
        if (parts is not ["projects", var p, "locations", var l, ..] || !ProjectId.TryParse(p, out var project)
            || !LocationId.TryParse(l, out var id)) return false;
        location = new LocationName(project, id);
        return true;
    }

    private static bool TryKeyRing(ReadOnlySpan<string> parts, out KeyRingName ring)
    {
        ring = default;
        if (!TryLocation(parts, out var location) || parts[4] != "keyRings"
            || !ResourceId.IsValid(parts[5])) return false;
        ring = new KeyRingName(location, parts[5]);
        return true;
    }

    private static bool TryKey(ReadOnlySpan<string> parts, out KeyName key)
    {
        key = default;
        if (!TryKeyRing(parts, out var ring) || parts[6] != "cryptoKeys" || !ResourceId.IsValid(parts[7])) return false;
        key = new KeyName(ring, parts[7]);
        return true;
    }

    private static bool TryImportJob(ReadOnlySpan<string> parts, out ImportJobName job)
    {
        job = default;
        if (!TryKeyRing(parts, out var ring) || parts[6] != "importJobs" || !ResourceId.IsValid(parts[7])) return false;
        job = new ImportJobName(ring, parts[7]);
        return true;
    }

    private static bool TryVersion(ReadOnlySpan<string> parts, out VersionName version)
    {
        version = default;
        if (!TryKey(parts, out var key) || parts[8] != "cryptoKeyVersions" || parts[9].StartsWith('0')
            || !DecimalNumber.TryParse(parts[9], out int number)) return false;
        version = new VersionName(key, number);
        return true;
    }

    private static Refusal Bad(string form) =>
        new(RefusalReason.InvalidArgument, $"The resource name does not have the form {form}.");
}
