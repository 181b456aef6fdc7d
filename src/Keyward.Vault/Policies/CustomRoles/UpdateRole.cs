using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.CustomRoles;

/// <summary>Changes a custom role; what is null stays.</summary>
public sealed record UpdateRole(string Name) : IOperation<CustomRole>
{
    public string? Title { get; init; }

    public string? Description { get; init; }

    public IReadOnlyList<string> Add { get; init; } = [];

    public IReadOnlyList<string> Remove { get; init; } = [];

    public RoleStage? Stage { get; init; }

    Verb IOperation<CustomRole>.Verb { get; } = new("update_role", OperationClass.AdminWrite);

    Demand IOperation<CustomRole>.Demand => RoleNames.On(Permission.RolesUpdate, Name);

    void IOperation<CustomRole>.Describe(RecordDraft draft) => draft.Resource = Name;

    ValueTask<Outcome<CustomRole>> IOperation<CustomRole>.RunAsync(Passage passage) =>
        PutRole.Judge(Title ?? "", Description ?? "", Add) is { } refusal
            ? new(refusal)
            : passage.ChangeAsync(((IOperation<CustomRole>)this).Demand, draft => Change(draft, passage.Caller));

    private Outcome<CustomRole> Change(ChangeDraft draft, Caller caller) =>
        draft.Snapshot.CustomRoles.TryGetValue(Name, out var role) && role.State == StandingState.Active
            ? PutRole.Put(draft, role, role with
            {
                Title = Title ?? role.Title,
                Description = Description ?? role.Description,
                Permissions = [.. role.Permissions.Except(Remove).Union(Add)],
                Stage = Stage ?? role.Stage,
            }, caller)
            : RoleNames.NotFound(Name);
}

/// <summary>Ends a custom role: bindings of it confer nothing from now on. Its row stays, and a roll-back brings it
/// back.</summary>
public sealed record DeleteRole(string Name) : IOperation<CustomRole>
{
    Verb IOperation<CustomRole>.Verb { get; } = new("delete_role", OperationClass.AdminWrite);

    Demand IOperation<CustomRole>.Demand => RoleNames.On(Permission.RolesDelete, Name);

    void IOperation<CustomRole>.Describe(RecordDraft draft) => draft.Resource = Name;

    ValueTask<Outcome<CustomRole>> IOperation<CustomRole>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<CustomRole>)this).Demand, draft =>
            draft.Snapshot.CustomRoles.TryGetValue(Name, out var role) && role.State == StandingState.Active
                ? PutRole.Put(draft, role, role with { State = StandingState.Revoked }, passage.Caller)
                : RoleNames.NotFound(Name));
}
