using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Groups;

/// <summary>Takes members in and out, and changes the description where it is not null.</summary>
public sealed record UpdateGroup(string Email, IReadOnlyList<string> Add, IReadOnlyList<string> Remove)
    : IOperation<PrincipalGroup>
{
    public string? Description { get; init; }

    Verb IOperation<PrincipalGroup>.Verb { get; } = new("update_group", OperationClass.AdminWrite);

    Demand IOperation<PrincipalGroup>.Demand => GroupNames.On(Permission.GroupsUpdate, Email);

    void IOperation<PrincipalGroup>.Describe(RecordDraft draft) => draft.Resource = GroupNames.Of(Email);

    ValueTask<Outcome<PrincipalGroup>> IOperation<PrincipalGroup>.RunAsync(Passage passage) =>
        PutGroup.Judge(Description ?? "", Add) is { } refusal
            ? new(refusal)
            : passage.ChangeAsync(((IOperation<PrincipalGroup>)this).Demand, draft => Change(draft, passage.Caller));

    private Outcome<PrincipalGroup> Change(ChangeDraft draft, Caller caller)
    {
        if (!draft.Snapshot.Groups.TryGetValue(Email, out var group) || group.State != StandingState.Active)
            return GroupNames.NotFound(Email);
        var members = group.Members.Except(Remove).Union(Add).ToList();
        if (members.SequenceEqual(group.Members) && (Description is null || Description == group.Description))
            return group;
        return PutGroup.Put(draft, group, group with
        {
            Members = members, Description = Description ?? group.Description,
        }, caller);
    }
}

/// <summary>Ends a group: what names it matches nobody from now on. Its row stays, and a roll-back brings it
/// back.</summary>
public sealed record DeleteGroup(string Email) : IOperation<PrincipalGroup>
{
    Verb IOperation<PrincipalGroup>.Verb { get; } = new("delete_group", OperationClass.AdminWrite);

    Demand IOperation<PrincipalGroup>.Demand => GroupNames.On(Permission.GroupsUpdate, Email);

    void IOperation<PrincipalGroup>.Describe(RecordDraft draft) => draft.Resource = GroupNames.Of(Email);

    ValueTask<Outcome<PrincipalGroup>> IOperation<PrincipalGroup>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<PrincipalGroup>)this).Demand, draft =>
            draft.Snapshot.Groups.TryGetValue(Email, out var group) && group.State == StandingState.Active
                ? PutGroup.Put(draft, group, group with { State = StandingState.Revoked }, passage.Caller)
                : GroupNames.NotFound(Email));
}
