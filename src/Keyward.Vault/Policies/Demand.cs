using Keyward.Vault.Names;

namespace Keyward.Vault.Policies;

/// <summary>The right that an operation demands, and the place in the tree at which it must be held: the deployment, a
/// project, a key ring or a key. A right held above is held below.</summary>
internal readonly record struct Demand
{
    private readonly string? _resource;
    private readonly int _version;

    private Demand(ResourceKind kind, Permission permission, string? resource, ProjectId? project,
        KeyRingName? ring = null, KeyName? key = null, int version = 0, ImportJobName? job = null)
    {
        Job = job;
        Kind = kind;
        Permission = permission;
        _resource = resource;
        Project = project;
        Ring = ring;
        Key = key;
        _version = version;
        Job = job;
    }

    /// <summary>What is asked for is a thing of this kind.</summary>
    public ResourceKind Kind { get; }

    public Permission Permission { get; }

    public ProjectId? Project { get; }

    public KeyRingName? Ring { get; }

    public KeyName? Key { get; }

    public ImportJobName? Job { get; }

    /// <summary>The version in question; null where the operation itself chooses one.</summary>
    public int? Version => _version > 0 ? _version : null;

    /// <summary>The full name that a refusal names; made only when asked for.</summary>
    public string Resource => _resource
        ?? (Key is { } key && _version > 0 ? new VersionName(key, _version).ToString() : null)
        ?? Job?.ToString() ?? Key?.ToString() ?? Ring?.ToString() ?? Project?.FullName ?? DeploymentName;

    public const string DeploymentName = "deployment";

    /// <summary>No right is needed beyond a valid credential.</summary>
    public static Demand None(string resource) => new(ResourceKind.Other, Permission.None, resource, null);

    public static Demand OnDeployment(Permission permission) =>
        new(ResourceKind.Deployment, permission, DeploymentName, null);

    /// <summary>The right is held on the deployment, the refusal names what belongs to it.</summary>
    public static Demand OnDeployment(Permission permission, string resource) =>
        new(ResourceKind.Other, permission, resource, null);

    /// <summary>To read the log: a project's records by a right on it, everybody's by one on the deployment.</summary>
    public static Demand ToReadLog(ProjectId? project) => project is { } one
        ? On(Permission.AuditRead, one)
        : OnDeployment(Permission.AuditReadAll);

    public static Demand On(Permission permission, ProjectId project) =>
        new(ResourceKind.Project, permission, null, project);

    /// <summary>The right is held on the project, the refusal names what stands in it.</summary>
    public static Demand On(Permission permission, ProjectId project, string resource) =>
        new(ResourceKind.Other, permission, resource, project);

    public static Demand On(Permission permission, LocationName location) =>
        new(ResourceKind.Location, permission, location.ToString(), location.Project);

    public static Demand On(Permission permission, KeyRingName ring) =>
        new(ResourceKind.KeyRing, permission, null, ring.Project, ring);

    public static Demand On(Permission permission, KeyName key) =>
        new(ResourceKind.Key, permission, null, key.Project, key.Parent, key);

    public static Demand On(Permission permission, ImportJobName job) =>
        new(ResourceKind.ImportJob, permission, null, job.Project, job.Parent, job: job);

    /// <summary>An alias has no policy of its own: the right is held by a binding on its key or above, or by the
    /// caller's own policy on the alias; its key's policy speaks of the key only.</summary>
    public static Demand On(Permission permission, AliasName alias, KeyName key) =>
        new(ResourceKind.Alias, permission, alias.ToString(), key.Project, key.Parent, key);

    /// <summary>Versions have no policy of their own: the right is held on the key, the refusal names the
    /// version.</summary>
    public static Demand On(Permission permission, VersionName version) =>
        new(ResourceKind.Version, permission, null, version.Parent.Project, version.Parent.Parent, version.Parent,
            version.Number);
}
