using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>A resource that has a policy: the deployment, a project, a key ring, a key or an import job.</summary>
public readonly record struct PolicyTarget
{
    private PolicyTarget(ProjectId? project, KeyRingName? ring, KeyName? key, ImportJobName? job = null) =>
        (Project, Ring, Key, Job) = (project, ring, key, job);

    public ProjectId? Project { get; }

    public KeyRingName? Ring { get; }

    public KeyName? Key { get; }

    public ImportJobName? Job { get; }

    public static PolicyTarget Deployment => default;

    public static PolicyTarget Of(ProjectId project) => new(project, null, null, null);

    public static PolicyTarget Of(KeyRingName ring) => new(null, ring, null, null);

    public static PolicyTarget Of(KeyName key) => new(null, null, key, null);

    public static PolicyTarget Of(ImportJobName job) => new(null, null, null, job);

    /// <summary>The project that it is or lies in; null for the deployment.</summary>
    public ProjectId? InProject => Project ?? Ring?.Project ?? Key?.Project ?? Job?.Project;

    public string FullName => Key?.ToString() ?? Job?.ToString() ?? Ring?.ToString() ?? Project?.FullName
        ?? Demand.DeploymentName;

    /// <summary>Reads a full name, or <c>deployment</c>.</summary>
    public static bool TryParse(string name, out PolicyTarget target)
    {
        target = default;
        if (name == Demand.DeploymentName) return true;
        if (!ResourceName.TryParse(name, out var resource)) return false;
        target = resource switch
        {
            { Version: null, Key: { } key } => Of(key),
            { Job: { } job } => Of(job),
            { Key: null, Ring: { } ring } => Of(ring),
            { Location: null } => Of(resource.Project),
            _ => default,
        };
        return target != default;
    }

    internal Demand ToRead => this switch
    {
        { Job: { } job } => Demand.On(Permission.ImportJobsGetIamPolicy, job),
        { Key: { } key } => Demand.On(Permission.CryptoKeysGetIamPolicy, key),
        { Ring: { } ring } => Demand.On(Permission.KeyRingsGetIamPolicy, ring),
        { Project: { } project } => Demand.On(Permission.ProjectsGetIamPolicy, project),
        _ => Demand.OnDeployment(Permission.DeploymentGetIamPolicy),
    };

    internal Demand ToWrite => this switch
    {
        { Job: { } job } => Demand.On(Permission.ImportJobsSetIamPolicy, job),
        { Key: { } key } => Demand.On(Permission.CryptoKeysSetIamPolicy, key),
        { Ring: { } ring } => Demand.On(Permission.KeyRingsSetIamPolicy, ring),
        { Project: { } project } => Demand.On(Permission.ProjectsSetIamPolicy, project),
        _ => Demand.OnDeployment(Permission.DeploymentSetIamPolicy),
    };

    internal Demand For(Permission permission) => this switch
    {
        { Job: { } job } => Demand.On(permission, job),
        { Key: { } key } => Demand.On(permission, key),
        { Ring: { } ring } => Demand.On(permission, ring),
        { Project: { } project } => Demand.On(permission, project),
        _ => Demand.OnDeployment(permission),
    };

    /// <summary>The policy as it stands; null where there is no such resource.</summary>
    internal PolicyState? Find(Snapshot snapshot) => this switch
    {
        { Job: { } job } => snapshot.Find(job)?.Policy,
        { Key: { } key } => snapshot.Find(key)?.Key.Policy,
        { Ring: { } ring } => snapshot.Find(ring)?.Ring.Policy,
        { Project: { } project } => snapshot.Find(project)?.Project.Policy,
        _ => snapshot.DeploymentPolicy,
    };

    /// <summary>The policy as it stands, if it is the one that was read with this etag; without one, whichever it
    /// is.</summary>
    internal Outcome<PolicyState> FindAsRead(Snapshot snapshot, byte[]? etag)
    {
        if (Find(snapshot) is not { } policy)
            return new Refusal(RefusalReason.NotFound, $"{FullName} not found.", FullName);
        if (etag is { Length: > 0 } && !etag.AsSpan().SequenceEqual(policy.Etag))
            return new Refusal(RefusalReason.StaleEtag,
                "The policy was changed since it was read. Read it again and set it with its new etag.", FullName);
        return policy;
    }

    /// <summary>Puts the policy into its resource's row, and the revision beside it.</summary>
    internal void Put(ChangeDraft draft, PolicyState policy)
    {
        draft.PutRevision(FullName, policy.Revision, policy.Text);
        if (Job is { } job) draft.Put(draft.Snapshot.Find(job)! with { Policy = policy });
        else if (Key is { } key) draft.Put(draft.Snapshot.Find(key)!.Key with { Policy = policy });
        else if (Ring is { } ring) draft.Put(draft.Snapshot.Find(ring)!.Ring with { Policy = policy });
        else if (Project is { } project) draft.Put(draft.Snapshot.Find(project)!.Project with { Policy = policy });
        else draft.PutDeploymentPolicy(policy);
    }
}
