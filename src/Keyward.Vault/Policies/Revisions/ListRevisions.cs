using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Policies.Revisions;

/// <summary>A revision and its lines.</summary>
public sealed record RevisionView(Revision Revision, IReadOnlyList<string> Lines);

/// <summary>What a policy, role or group was, change by change, the latest first.</summary>
public sealed record ListRevisions(RevisionSubject Subject) : IOperation<IReadOnlyList<RevisionView>>
{
    private const int MaximumShown = 1_000;

    Verb IOperation<IReadOnlyList<RevisionView>>.Verb { get; } = new("list_revisions", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<RevisionView>>.Demand => Subject.ToRead;

    void IOperation<IReadOnlyList<RevisionView>>.Describe(RecordDraft draft) => draft.Resource = Subject.FullName;

    ValueTask<Outcome<IReadOnlyList<RevisionView>>> IOperation<IReadOnlyList<RevisionView>>.RunAsync(Passage passage)
    {
        var revisions = passage.Snapshot.Revisions.GetValueOrDefault(Subject.FullName, []);
        return new(revisions.Reverse().Take(MaximumShown)
            .Select(r => new RevisionView(r, RevisionLines.Of(Subject, r))).ToArray());
    }
}
