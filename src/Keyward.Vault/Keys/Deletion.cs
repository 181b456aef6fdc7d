using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Keys;

/// <summary>A deletion that was done: of a key, which left a retired resource, or of one of its versions.</summary>
public sealed record Deletion(KeyName Key, int? Version, RetiredName? Retired);

/// <summary>Shows a deletion again to who asks how it went. Deletions are done at once, so there are no others; what
/// was never deleted is not found.</summary>
public sealed record GetDeletion(KeyName Key, int? Version) : IOperation<Deletion>
{
    Verb IOperation<Deletion>.Verb { get; } = new("get_deletion", OperationClass.AdminRead);

    Demand IOperation<Deletion>.Demand => Demand.On(Permission.OperationsGet, Key.Parent);

    void IOperation<Deletion>.Describe(RecordDraft draft)
    {
        draft.Resource = Key.ToString();
        draft.Project = Key.Project.Value;
    }

    ValueTask<Outcome<Deletion>> IOperation<Deletion>.RunAsync(Passage passage)
    {
        var ring = passage.Snapshot.Find(Key.Parent);
        var retired = ring?.Retired.Find(Key.Key);
        if (Version is not { } number)
            return new(retired is null ? KeyRefusals.NotFound(Key) : new Deletion(Key, null, retired.RetiredName));
        var living = ring?.Keys.Find(Key.Key);
        var wasMade = number > 0 && number < ((living?.Key ?? retired)?.NextVersion ?? 0);
        var isGone = wasMade && living?.Find(number) is null;
        return new(isGone ? new Deletion(Key, number, null) : KeyRefusals.NotFound(new VersionName(Key, number)));
    }
}
