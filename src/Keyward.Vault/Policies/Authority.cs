using Keyward.Vault.Gate;
using Keyward.Vault.Grants;
using Keyward.Vault.Identities;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>What was decided and why: the rule that decided, if one did. Without one nothing allowed it.</summary>
internal readonly record struct Decision(bool Allowed, RuleLabel? Rule)
{
    public static readonly Decision Refused = new(false, null);

    /// <summary>The grant that allowed it; null where a policy did.</summary>
    public Grant? Grant { get; init; }

    /// <summary>Something allowed it; the session's own policy does not.</summary>
    public bool IsNarrowed { get; init; }

    /// <summary>Refused by a rule that denies, not for want of one that allows.</summary>
    public bool IsDenial => !Allowed && Rule is not null;
}

/// <summary>The one evaluation of rights, the same for every door. Reads the snapshot that it is given and nothing
/// besides. In this order, once the caller's standing has been judged by the gate: a deny anywhere refuses; then one
/// of these allows: a binding on the key; the key's own policy by naming the caller; a binding above, or the caller's
/// own policy, where the key's policy delegates to its account; a grant. Anything else is refused.</summary>
internal static class Authority
{
    public static Decision Decide(
        Snapshot snapshot, Caller caller, in Demand demand, in Circumstances circumstances)
    {
        if (demand.Permission == Permission.None || caller.Type == Caller.SystemType)
            return new Decision(true, new RuleLabel("caller", "", ""));
        var chain = new PolicyChain(snapshot, demand);
        var question = new Question(snapshot, caller, demand, circumstances);
        var decision = Denied(ref question, chain) ?? Allowed(ref question, chain) ?? Decision.Refused;
        return decision.Allowed && caller.SessionStatements is { } narrowed
            ? Narrowed(ref question, narrowed) ?? decision
            : decision;
    }

    /// <summary>What a session's own policy takes away; null for nothing.</summary>
    private static Decision? Narrowed(ref Question question, IReadOnlyList<Statement> statements)
    {
        if (Find(ref question, statements, Effect.Deny) is { } denied) return new Decision(false, denied);
        return Find(ref question, statements, Effect.Allow) is null
            ? Decision.Refused with { IsNarrowed = true } : null;
    }

    /// <summary>The same sentence whether the resource is missing or out of bounds, so that nobody learns
    /// which.</summary>
    public static Refusal Refuse(in Demand demand)
    {
        var resource = demand.Resource;
        var permission = demand.Permission.Name();
        return new Refusal(RefusalReason.PermissionDenied, PermissionNames.Denial(permission, resource),
            resource, permission);
    }

    /// <summary>The same, knowing what decided.</summary>
    public static Refusal Refuse(in Demand demand, in Decision decision) =>
        Refuse(demand) with
        {
            DeniedBy = decision.IsDenial ? decision.Rule?.Document : null, IsNarrowed = decision.IsNarrowed,
        };

    private static Decision? Denied(ref Question question, in PolicyChain chain)
    {
        if (chain.HasDeny)
            for (var level = 0; level < PolicyChain.Levels; level++)
                if (chain[level].Deny.Denies(ref question) is { } rule)
                    return new Decision(false, new RuleLabel(
                        PolicyChain.NameOf(level, question.Demand), RuleLabel.Deny, rule));
        if (chain.KeyPolicy is { } keyPolicy
            && Find(ref question, keyPolicy.Statements, Effect.Deny) is { } byKey) return new Decision(false, byKey);
        var own = question.Snapshot.StatementsOf(question.Caller);
        return own.Count > 0 && Find(ref question, own, Effect.Deny) is { } byOwn ? new Decision(false, byOwn) : null;
    }

    /// <summary>The names under which policies and grants may mean a caller, its project's last.</summary>
    public static IReadOnlyList<string> MembersOf(Snapshot snapshot, Caller caller)
    {
        var members = new List<string> { caller.Member };
        members.AddRange(caller.MoreMembers);
        members.AddRange(snapshot.GroupsOf(caller));
        if (caller.Project is { } project) members.Add(PrincipalName.ProjectPrefix + project.Value);
        return members;
    }

    private static Decision? Allowed(ref Question question, in PolicyChain chain) =>
        ByPolicies(ref question, chain) ?? ByGrant(ref question);

    /// <summary>A grant needs no policy on the key's side; who comes from another project, or is meant by its project
    /// only, needs the right at home too.</summary>
    private static Decision? ByGrant(ref Question question)
    {
        if (question.Demand.Key is not { } key || question.Snapshot.Find(key) is not { Grants: { Count: > 0 } grants })
            return null;
        var mayAtHome = !IsForeign(ref question) || AllowsAtHome(ref question);
        foreach (var member in MembersOf(question.Snapshot, question.Caller))
        {
            if (grants.Find(member, ref question) is not { } grant) continue;
            var isOfProject = member.StartsWith(PrincipalName.ProjectPrefix, StringComparison.Ordinal);
            if (isOfProject ? AllowsAtHome(ref question) : mayAtHome)
                return new Decision(true, new RuleLabel(PolicyChain.KeyName, RuleLabel.Grant, grant.Id))
                {
                    Grant = grant,
                };
        }

        return null;
    }

    private static Decision? ByPolicies(ref Question question, in PolicyChain chain)
    {
        if (chain.Leaf.Policy.Allows(ref question) is { } onLeaf)
            return ByBinding(PolicyChain.LeafName(question.Demand), onLeaf);
        if (chain.KeyPolicy is { } keyPolicy)
        {
            if (ByKeyPolicy(ref question, keyPolicy) is { } named) return new Decision(true, named);
            if (!Delegates(ref question, keyPolicy, question.Demand.Project)) return null;
        }

        if (chain.Ring.Policy.Allows(ref question) is { } onRing) return ByBinding(PolicyChain.RingName, onRing);
        if (chain.Project.Policy.Allows(ref question) is { } onProject)
            return ByBinding(PolicyChain.ProjectName, onProject);
        if (chain.Deployment.Policy.Allows(ref question) is { } onDeployment)
            return ByBinding(PolicyChain.DeploymentName, onDeployment);
        // A caller's own policy speaks for its own project only: it cannot open another's resources.
        var own = question.Snapshot.StatementsOf(question.Caller);
        return own.Count > 0 && question.Demand.Project is { } at && at == question.Caller.Project
            && Find(ref question, own, Effect.Allow) is { } rule
            ? new Decision(true, rule)
            : null;
    }

    private static Decision ByBinding(string at, string role) =>
        new(true, new RuleLabel(at, RuleLabel.Bindings, role));

    /// <summary>The first statement of an effect that applies and names the caller.</summary>
    private static RuleLabel? Find(ref Question question, IReadOnlyList<Statement> statements, Effect effect)
    {
        for (var i = 0; i < statements.Count; i++)
            if (statements[i].Effect == effect && statements[i].Applies(ref question)) return statements[i].Label;
        return null;
    }

    /// <summary>The statement of the key's own policy that names the caller. A caller of another project can also be
    /// named by its account; in both cases its own project must allow it too: a key's policy alone cannot draw in
    /// principals of others. To administer a key is for its own account.</summary>
    private static RuleLabel? ByKeyPolicy(ref Question question, KeyPolicy policy)
    {
        var named = Find(ref question, policy.Statements, Effect.Allow);
        if (!IsForeign(ref question)) return named;
        if (!Actions.WorksAcrossAccounts(question.Permission)) return null;
        if (named is null && Delegates(ref question, policy, question.Caller.Project))
            named = new RuleLabel(PolicyChain.KeyName, RuleLabel.KeyPolicy, "account");
        return named is not null && AllowsAtHome(ref question) ? named : null;
    }

    /// <summary>Whether the key's own policy leaves the decision to a project's policies.</summary>
    private static bool Delegates(ref Question question, KeyPolicy policy, Names.ProjectId? project)
    {
        if (project is not { } id || question.Snapshot.Find(id) is not { } entry) return false;
        var account = entry.Project.Account;
        for (var i = 0; i < policy.Statements.Count; i++)
            if (policy.Statements[i].Effect == Effect.Allow && policy.Statements[i].Delegates(ref question, account))
                return true;
        return false;
    }

    private static bool IsForeign(ref Question question) =>
        question.Demand.Project is { } project && project != question.Caller.Project;

    /// <summary>Whether the caller's own project lets it reach for a foreign resource.</summary>
    private static bool AllowsAtHome(ref Question question)
    {
        if (question.Caller.Project is not { } home || question.Snapshot.Find(home) is not { } entry) return false;
        if (entry.Project.Policy.Policy.Allows(ref question) is not null) return true;
        var own = question.Snapshot.StatementsOf(question.Caller);
        return Find(ref question, own, Effect.Allow) is not null;
    }
}
