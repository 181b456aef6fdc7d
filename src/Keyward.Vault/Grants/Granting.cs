using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Grants;

/// <summary>The rule of who may hand on what. Who holds every right that he hands on by policies makes a grant of his
/// own; if any of them comes from a grant, all must come from one that lets him hand on, and the new one stands below
/// it.</summary>
internal static class Granting
{
    /// <summary>The grant as it may be made, with its parent; or the refusal.</summary>
    public static Outcome<Grant> Judge(ChangeDraft draft, Passage passage, KeyEntry entry, Grant wanted)
    {
        var caller = passage.Caller;
        if (caller.Type == Caller.SystemType) return wanted;
        // Under the constraint's own pairs, since the rights count under no weaker ones.
        var circumstances = passage.Circumstances with { Attributes = new GrantAttributes(wanted) };
        var byPolicies = true;
        foreach (var permission in wanted.Operations.Permissions.Prepend(Permission.GrantsCreate))
        {
            // Giving up is no right that one could be without.
            if (permission == Permission.GrantsRetire) continue;
            var demand = Demand.On(permission, wanted.Key);
            var decision = Authority.Decide(draft.Snapshot, caller, demand, circumstances);
            if (!decision.Allowed) return Authority.Refuse(demand);
            byPolicies &= decision.Grant is null;
        }

        if (byPolicies) return wanted;
        Refusal? refusal = null;
        foreach (var parent in Held(draft, caller, entry))
        {
            if (!Below(parent, wanted).TryGet(out var child, out var why)) refusal = why;
            else return child;
        }

        return refusal ?? Authority.Refuse(Demand.On(Permission.GrantsCreate, wanted.Key));
    }

    private static IEnumerable<Grant> Held(ChangeDraft draft, Caller caller, KeyEntry entry) =>
        from member in Authority.MembersOf(draft.Snapshot, caller)
        from grant in entry.Grants.Of(member)
        where grant.Operations.Contains(Permission.GrantsCreate) && entry.Grants.IsGoodAt(grant, draft.Now)
        select grant;

    private static Outcome<Grant> Below(Grant parent, Grant wanted)
    {
        if (!wanted.Operations.IsWithin(parent.Operations))
            return Wider("operations");
        if (parent.Constraint is { } constraint && wanted.Constraint?.IsAtLeastAsStrictAs(constraint) != true)
            return Wider("contexts");
        if (parent.ExpireTime is { } end && wanted.ExpireTime > end) return Wider("time");
        if (parent.MaximumUses is { } uses && wanted.MaximumUses > uses) return Wider("uses");
        return wanted with { Parent = parent.Id, ExpireTime = wanted.ExpireTime ?? parent.ExpireTime };
    }

    private static Refusal Wider(string what) => new(RefusalReason.PermissionDenied,
        $"The grant that lets the caller hand on rights allows no more {what} than it has itself.");
}
