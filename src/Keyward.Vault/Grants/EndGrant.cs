using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Grants;

/// <summary>Takes a grant away: a right of who administers the key. The next request is refused, and what was made
/// below the grant ends with it.</summary>
public sealed record RevokeGrant(KeyName Key, string Id) : IOperation<Grant>
{
    Verb IOperation<Grant>.Verb { get; } = new("revoke_grant", OperationClass.AdminWrite);

    Demand IOperation<Grant>.Demand => Demand.On(Permission.GrantsRevoke, Key);

    void IOperation<Grant>.Describe(RecordDraft draft)
    {
        draft.Resource = Key.ToString();
        draft.Project = Key.Project.Value;
        draft.Parameter("grant", Id);
    }

    ValueTask<Outcome<Grant>> IOperation<Grant>.RunAsync(Passage passage)
    {
        if (!GrantRefusals.IsId(Id)) return new(GrantRefusals.BadId);
        return passage.ChangeAsync(((IOperation<Grant>)this).Demand, Change);
    }

    private Outcome<Grant> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Key) is not { } entry) return KeyRefusals.NotFound(Key);
        if (entry.Grants.Find(Id) is not { } grant) return GrantRefusals.NotFound(Key, Id);
        return Ending.Put(draft, grant, GrantState.Revoked);
    }
}

/// <summary>Gives a grant up: its retiring principal may, its grantee if the grant says so, and who holds the right in
/// the key's project. A key's own policy cannot confer it, only deny it. The grant is named by its token, or by its key
/// and its id.</summary>
public sealed record RetireGrant(string? Token, KeyName? Key, string? Id) : IOperation<Grant>
{
    Verb IOperation<Grant>.Verb { get; } = new("retire_grant", OperationClass.AdminWrite);

    Demand IOperation<Grant>.Demand => Demand.None(Key?.ToString() ?? "grants");

    void IOperation<Grant>.Describe(RecordDraft draft)
    {
        draft.Resource = Key?.ToString();
        draft.Project = Key?.Project.Value;
        if (Id is not null) draft.Parameter("grant", Id);
    }

    ValueTask<Outcome<Grant>> IOperation<Grant>.RunAsync(Passage passage)
    {
        if ((Token is null) == (Key is null) || (Key is null) != (Id is null)) return new(GrantRefusals.OneForm);
        if (Token is null)
            return GrantRefusals.IsId(Id!) ? Change(passage, Key!.Value, Id!) : new(GrantRefusals.BadId);
        if (GrantToken.TryRead(passage.Vault.Hierarchy, Token) is not { } token) return new(GrantToken.Invalid);
        passage.Record.Resource = token.Key.ToString();
        passage.Record.Project = token.Key.Project.Value;
        passage.Record.Parameter("grant", token.GrantId);
        return Change(passage, token.Key, token.GrantId);
    }

    private static ValueTask<Outcome<Grant>> Change(Passage passage, KeyName key, string id) =>
        passage.ChangeAsync(Demand.None(key.ToString()), draft => Change(draft, passage, key, id));

    private static Outcome<Grant> Change(ChangeDraft draft, Passage passage, KeyName key, string id)
    {
        var grant = draft.Snapshot.Find(key)?.Grants.Find(id);
        if (grant is not null && MayRetire(draft, passage, grant)) return Ending.Put(draft, grant, GrantState.Retired);
        // Who may not give it up learns only what the project's own principals may learn.
        return grant is null && passage.Caller.Project == key.Project
            ? GrantRefusals.NotFound(key, id)
            : Authority.Refuse(Demand.On(Permission.GrantsRetire, key));
    }

    private static bool MayRetire(ChangeDraft draft, Passage passage, Grant grant)
    {
        var circumstances = passage.Circumstances with { Attributes = new GrantAttributes(grant) };
        var onKey = Authority.Decide(
            draft.Snapshot, passage.Caller, Demand.On(Permission.GrantsRetire, grant.Key), circumstances);
        if (onKey.IsDenial) return false;
        var members = Authority.MembersOf(draft.Snapshot, passage.Caller);
        if (grant.RetiringPrincipal is { } retiring && members.Contains(retiring)) return true;
        if (grant.Operations.Contains(Permission.GrantsRetire) && members.Contains(grant.Grantee)) return true;
        var inProject = Demand.On(Permission.GrantsRetire, grant.Key.Project, grant.Key.ToString());
        return Authority.Decide(draft.Snapshot, passage.Caller, inProject, circumstances).Allowed;
    }
}

internal static class Ending
{
    public static Grant Put(ChangeDraft draft, Grant grant, GrantState state)
    {
        var ended = grant with { State = state };
        draft.Put(ended);
        draft.Record.Changed("grant", grant.Id, null);
        draft.Record.Changed("grantee", PrincipalName.ArnOf(draft.Snapshot, grant.Grantee), null);
        return ended;
    }
}
