using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>The policies that bear on a demand, from the deployment down to what is asked for. What does not exist has
/// no policy.</summary>
internal readonly struct PolicyChain
{
    public const int Levels = 4;
    public const string DeploymentName = "deployment";
    public const string ProjectName = "project";
    public const string RingName = "key_ring";
    public const string KeyName = "key";
    public const string JobName = "import_job";

    private readonly bool _isOfAlias;

    public PolicyChain(Snapshot snapshot, in Demand demand)
    {
        _isOfAlias = demand.Kind == ResourceKind.Alias;
        Deployment = snapshot.DeploymentPolicy;
        Project = Ring = Key = Job = PolicyState.None;
        if (demand.Project is { } project && snapshot.Find(project) is { } projectEntry)
        {
            Project = projectEntry.Project.Policy;
            if (demand.Ring is { } ring && projectEntry.Find(ring) is { } ringEntry)
            {
                Ring = ringEntry.Ring.Policy;
                if (demand.Key is { } key && ringEntry.Keys.Find(key.Key) is { } keyEntry) Key = keyEntry.Key.Policy;
                if (demand.Job is { } job && ringEntry.ImportJobs.Find(job.Job) is { } found) Job = found.Policy;
            }
        }

        HasDeny = !(Deployment.Deny.IsEmpty && Project.Deny.IsEmpty && Ring.Deny.IsEmpty && Leaf.Deny.IsEmpty);
    }

    public PolicyState Deployment { get; }

    public PolicyState Project { get; }

    public PolicyState Ring { get; }

    /// <summary>The key's; no policy where the demand is not about a key.</summary>
    public PolicyState Key { get; }

    /// <summary>The import job's; no policy where the demand is not about one.</summary>
    public PolicyState Job { get; }

    /// <summary>The lowest: its bindings count whatever the key's own policy says.</summary>
    public PolicyState Leaf => Job == PolicyState.None ? Key : Job;

    /// <summary>The key's own policy, where the demand is about the key itself; null for the default.</summary>
    public KeyPolicy? KeyPolicy => _isOfAlias ? null : Leaf.KeyPolicy;

    public bool HasDeny { get; }

    public PolicyState this[int level] => level switch
    {
        0 => Deployment,
        1 => Project,
        2 => Ring,
        _ => Leaf,
    };

    public static string NameOf(int level, in Demand demand) => level switch
    {
        0 => DeploymentName,
        1 => ProjectName,
        2 => RingName,
        _ => LeafName(demand),
    };

    public static string LeafName(in Demand demand) => demand.Job is null ? KeyName : JobName;
}
