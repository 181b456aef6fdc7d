
namespace Keyward.Vault.Names;

/// <summary>Any resource's full name taken apart: a project, and as far as it goes what lies in it.</summary>
public sealed record ResourceName
{
    private const int MaximumLength = 512;

    private ResourceName(ProjectId project) => Project = project;

    public ProjectId Project { get; }

    public LocationName? Location { get; private init; }

    public KeyRingName? Ring { get; private init; }

    public KeyName? Key { get; private init; }

    public VersionName? Version { get; private init; }

    public ImportJobName? Job { get; private init; }

    public static bool TryParse(string name, out ResourceName resource)
    {
        resource = null!;
        if (name.Length > MaximumLength) return false;
        ReadOnlySpan<string> parts = name.Split('/');
        if (parts is not ["projects", var p, ..] || !ProjectId.TryParse(p, out var project)) return false;
        var found = new ResourceName(project);
        parts = parts[2..];
        if (!parts.IsEmpty)
        {
            if (parts is not ["locations", var l, ..] || !LocationId.TryParse(l, out var location)) return false;
            found = found with { Location = new LocationName(project, location) };
            parts = parts[2..];
        }

        return TryParseRing(parts, ref found) && (resource = found) is not null;
    }

    private static bool TryParseRing(ReadOnlySpan<string> parts, ref ResourceName found)
    {
        if (parts.IsEmpty) return true;
        if (parts is not ["keyRings", var r, ..] || !ResourceId.IsValid(r)) return false;
        var ring = new KeyRingName(found.Location!.Value, r);
        found = found with { Ring = ring };
        parts = parts[2..];
        if (parts.IsEmpty) return true;
        if (parts is ["importJobs", var j])
        {
            found = found with { Job = new ImportJobName(ring, j) };
            return ResourceId.IsValid(j);
        }

        if (parts is not ["cryptoKeys", var k, ..] || !ResourceId.IsValid(k)) return false;
        found = found with { Key = new KeyName(ring, k) };
        parts = parts[2..];
        if (parts.IsEmpty) return true;
        if (parts is not ["cryptoKeyVersions", var v] || v.StartsWith('0')
            || !DecimalNumber.TryParse(v, out int number)) return false;
        found = found with { Version = new VersionName(found.Key!.Value, number) };
        return true;
    }
}
