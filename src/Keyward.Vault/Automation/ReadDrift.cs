using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Automation;

/// <summary>Which keys of a project stand otherwise than they should, now.</summary>
public sealed record ReadDrift(ProjectId Project) : IOperation<IReadOnlyList<Drift>>
{
    /// <summary>More are shown once these are mended.</summary>
    private const int MaximumShown = 1_000;

    Verb IOperation<IReadOnlyList<Drift>>.Verb { get; } = new("read_drift", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<Drift>>.Demand => Demand.On(Permission.CryptoKeysList, Project);

    void IOperation<IReadOnlyList<Drift>>.Describe(RecordDraft draft)
    {
        draft.Resource = Project.FullName;
        draft.Project = Project.Value;
    }

    ValueTask<Outcome<IReadOnlyList<Drift>>> IOperation<IReadOnlyList<Drift>>.RunAsync(Passage passage)
    {
        IEnumerable<KeyEntry> keys = passage.Snapshot.Find(Project) is not { } project ? []
            : project.Rings.After(null).SelectMany(r => r.Keys.After(null));
        IReadOnlyList<Drift> found = [.. Drift.Of(keys, passage.Now).Take(MaximumShown)];
        return new(Outcome.Of(found));
    }
}
