using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies.CustomRoles;

namespace Keyward.Vault.Policies;

/// <summary>What a policy must be to be set: known roles, members of a known form, conditions that compile, within the
/// limits. Sentences say the rule and the place, not what came.</summary>
internal static class PolicyRules
{
    private const int MaximumTitleLength = 100;
    private const int MaximumDescriptionLength = 256;

    public static Refusal? Judge(IReadOnlyList<Binding> bindings)
    {
        if (bindings.Count > Policy.MaximumBindings)
            return Invalid($"A policy has at most {Policy.MaximumBindings} bindings.");
        if (bindings.Sum(b => b.Members.Count) > Policy.MaximumMembers)
            return Invalid($"A policy has at most {Policy.MaximumMembers} members.");
        foreach (var binding in bindings)
        {
            if (!binding.Members.All(Members.IsValid))
                return Invalid("A member has the form serviceAccount:EMAIL, user:EMAIL, group:EMAIL, domain:NAME, " +
                    "principal://…, principalSet://…, allUsers or allAuthenticatedUsers.");
            if (binding.Condition is { } condition && Judge(condition) is { } refusal) return refusal;
        }

        return null;
    }

    public static Refusal? Judge(Condition condition)
    {
        if (condition.Title.Length is 0 or > MaximumTitleLength)
            return Invalid($"A condition has a title of 1 to {MaximumTitleLength} characters.");
        if (condition.Description?.Length > MaximumDescriptionLength)
            return Invalid($"A condition's description has at most {MaximumDescriptionLength} characters.");
        return Conditions.Expression.ErrorIn(condition.Expression) is { } error
            ? Invalid($"A condition's expression does not compile: {error}.")
            : null;
    }

    /// <summary>Whether a role may be bound at a place.</summary>
    public static Refusal? JudgeRole(Storage.Snapshot snapshot, string role, ProjectId? project)
    {
        if (!Roles.IsCustom(role))
            return Roles.Exists(role) ? null : Invalid(role.Contains("_withcond_", StringComparison.Ordinal)
                ? "A role with _withcond_ in its name stands for a conditional binding: " +
                    "read the policy with requested version 3."
                : "A binding's role is not one of the predefined roles.");
        return CustomRole.FitsAt(role, project) && snapshot.CustomRoles.TryGetValue(role, out var custom)
            && custom.State == Identities.StandingState.Active
                ? null
                : Invalid("A binding's role is neither predefined nor a custom role that exists for this resource.");
    }

    public static Refusal? Judge(IReadOnlyList<AuditConfig> configs) => configs.Count > Policy.MaximumBindings
        || configs.Any(c => c.Service.Length is 0 or > 128 || c.LogTypes.Count is 0 or > 3
            || c.LogTypes.Any(t => t.Type is < 1 or > 3 || t.ExemptedMembers.Count > Policy.MaximumMembers
                || !t.ExemptedMembers.All(Members.IsValid)))
        ? Invalid("An audit configuration names a service, one to three kinds of access, and members.")
        : null;

    public static Refusal Invalid(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}
