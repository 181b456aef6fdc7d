using Keyward.Vault.Audit.Index;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Audit.Usage;

/// <summary>Uses as this node's log has them, from a time up to a time.</summary>
/// <param name="Since">What was before is not known; null where the log is empty.</param>
/// <param name="LagEntries">Records of the log that are not in it yet.</param>
public sealed record Usage(
    string Log, DateTimeOffset? Since, long LagEntries, IReadOnlyList<VersionUse> Versions);

/// <summary>First and last use of versions and who uses them: of one, of a key's, or of all of a project. It is what
/// the log says, so it takes the right to read the log.</summary>
public sealed record ReadUsage : IOperation<Usage>
{
    /// <summary>A project may have many: the names that come first.</summary>
    private const int MaximumVersions = 10_000;

    private readonly ProjectId _project;
    private readonly string _name;

    private ReadUsage(ProjectId project, string name) => (_project, _name) = (project, name);

    /// <summary>Null for what is no project, key or version.</summary>
    public static ReadUsage? Of(string name) => ResourceName.TryParse(name, out var resource)
        && resource is { Job: null } and ({ Key: not null } or { Location: null })
        ? new ReadUsage(resource.Project, name)
        : null;

    Verb IOperation<Usage>.Verb { get; } = new("read_usage", OperationClass.AdminRead);

    Demand IOperation<Usage>.Demand => Demand.On(Permission.AuditRead, _project, _name);

    void IOperation<Usage>.Describe(RecordDraft draft)
    {
        draft.Resource = _name;
        draft.Project = _project.Value;
    }

    async ValueTask<Outcome<Usage>> IOperation<Usage>.RunAsync(Passage passage)
    {
        if (passage.Log.Followed is not { } followed) return LogRefusals.NoTree;
        await followed.Follower.CatchUpAsync().ConfigureAwait(false);
        var at = _name.IndexOf("/cryptoKeyVersions/", StringComparison.Ordinal);
        var found = followed.Usage.Find(at < 0 ? _name : _name[..at]);
        return new Usage(passage.Log.Origin, followed.Usage.Since, passage.Log.Size - followed.Usage.Next,
            [.. found.Where(v => at < 0 || v.Version == _name).Take(MaximumVersions)]);
    }
}
