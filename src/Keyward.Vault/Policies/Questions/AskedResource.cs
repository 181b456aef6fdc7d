using Keyward.Vault.Names;

namespace Keyward.Vault.Policies.Questions;

/// <summary>A resource in a question: whatever a demand can be about, and whose policy must be readable to ask about
/// it.</summary>
public readonly record struct AskedResource
{
    private readonly PolicyTarget _target;
    private readonly VersionName? _version;
    private readonly LocationName? _location;

    private AskedResource(PolicyTarget target, VersionName? version, LocationName? location) =>
        (_target, _version, _location) = (target, version, location);

    /// <summary>The resource whose policy governs it.</summary>
    public PolicyTarget Target => _target;

    public string FullName => _version?.ToString() ?? _location?.ToString() ?? _target.FullName;

    public static bool TryParse(string name, out AskedResource asked)
    {
        asked = default;
        if (PolicyTarget.TryParse(name, out var target))
        {
            asked = new AskedResource(target, null, null);
            return true;
        }

        if (!ResourceName.TryParse(name, out var resource)) return false;
        if (resource.Version is { } version)
            asked = new AskedResource(PolicyTarget.Of(version.Parent), version, null);
        else if (resource.Location is { } location)
            asked = new AskedResource(PolicyTarget.Of(resource.Project), null, location);
        return asked._version is not null || asked._location is not null;
    }

    internal Demand For(Permission permission) =>
        _version is { } version ? Demand.On(permission, version)
        : _location is { } location ? Demand.On(permission, location)
        : _target.For(permission);
}
