using System.Globalization;

namespace Keyward.Vault.Names;

/// <summary>A location of a project: <c>projects/P/locations/L</c>.</summary>
public readonly record struct LocationName(ProjectId Project, LocationId Location)
{
    public override string ToString() => $"projects/{Project.Value}/locations/{Location.Value}";
}

/// <summary>A key ring's full name: <c>projects/P/locations/L/keyRings/R</c>.</summary>
public readonly record struct KeyRingName(LocationName Parent, string Ring)
{
    public ProjectId Project => Parent.Project;

    public override string ToString() => $"{Parent}/keyRings/{Ring}";
}

/// <summary>A key's full name: <c>…/keyRings/R/cryptoKeys/K</c>.</summary>
public readonly record struct KeyName(KeyRingName Parent, string Key)
{
    public ProjectId Project => Parent.Project;

    public static bool TryParse(string text, out KeyName name)
    {
        name = default;
        if (text.Split('/') is not ["projects", var p, "locations", var l, "keyRings", var ring, "cryptoKeys", var key]
            || !ProjectId.TryParse(p, out var project) || !LocationId.TryParse(l, out var location)
            || !ResourceId.IsValid(ring) || !ResourceId.IsValid(key)) return false;
        name = new KeyName(new KeyRingName(new LocationName(project, location), ring), key);
        return true;
    }

    public override string ToString() => $"{Parent}/cryptoKeys/{Key}";
}

/// <summary>An import job's full name: <c>…/keyRings/R/importJobs/J</c>.</summary>
public readonly record struct ImportJobName(KeyRingName Parent, string Job)
{
    public ProjectId Project => Parent.Project;

    public override string ToString() => $"{Parent}/importJobs/{Job}";
}

/// <summary>What a deleted key leaves behind: <c>projects/P/locations/L/retiredResources/ID</c>, the id being the
/// key's UUID.</summary>
public readonly record struct RetiredName(LocationName Parent, Guid Id)
{
    public override string ToString() => $"{Parent}/retiredResources/{Id:D}";
}

/// <summary>A version's full name: <c>…/cryptoKeys/K/cryptoKeyVersions/N</c>; numbers begin with 1 and are never
/// used again.</summary>
public readonly record struct VersionName(KeyName Parent, int Number)
{
    public static bool TryParse(string text, out VersionName name)
    {
        name = default;
        var at = text.LastIndexOf("/cryptoKeyVersions/", StringComparison.Ordinal);
        if (at < 0 || !KeyName.TryParse(text[..at], out var key)) return false;
        var digits = text[(at + "/cryptoKeyVersions/".Length)..];
        if (digits.StartsWith('0')
            || !DecimalNumber.TryParse(digits, out int number)) return false;
        name = new VersionName(key, number);
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Parent}/cryptoKeyVersions/{Number}");
}

/// <summary>A movable name of a key: <c>projects/P/locations/L/aliases/A</c>.</summary>
public readonly record struct AliasName(LocationName Parent, string Alias)
{
    public override string ToString() => $"{Parent}/aliases/{Alias}";
}
