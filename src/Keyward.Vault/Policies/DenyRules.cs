using System.Collections.Immutable;

namespace Keyward.Vault.Policies;

/// <summary>A resource's deny rules, compiled.</summary>
internal sealed class DenyRules
{
    public static readonly DenyRules None = new([]);

    private readonly ImmutableArray<Statement> _statements;

    public DenyRules(IReadOnlyList<DenyRule> rules)
    {
        Rules = rules;
        _statements = [.. rules.Select(Compile)];
    }

    public IReadOnlyList<DenyRule> Rules { get; }

    public bool IsEmpty => _statements.IsEmpty;

    public ImmutableArray<Statement> Statements => _statements;

    /// <summary>The first rule that forbids what is asked; null if none.</summary>
    public string? Denies(ref Question question)
    {
        foreach (var statement in _statements)
            if (statement.Applies(ref question)) return statement.Label.Rule;
        return null;
    }

    /// <summary>Whether a permission, which may have wildcards, names one that exists.</summary>
    public static bool NamesAny(string permission) => !MaskOf([permission]).IsEmpty;

    /// <summary>What rules that stood before forbade and that are not there any more, as they were.</summary>
    public static PermissionMask Lifted(DenyRules before, DenyRules after)
    {
        var kept = after.Rules.Select(r => r.ToText()).ToHashSet();
        return before.Rules.Where(r => !kept.Contains(r.ToText()))
            .Aggregate(PermissionMask.None, (mask, r) => mask | Forbidden(r));
    }

    /// <summary>Whether a rule forbids less than it did: fewer rights, to fewer, or under another condition.</summary>
    public static bool Weakens(DenyRule before, DenyRule after) =>
        !(Forbidden(before) - Forbidden(after)).IsEmpty
        || (!after.Principals.Contains(Principals.AllUsers) && before.Principals.Except(after.Principals).Any())
        || after.ExceptPrincipals.Except(before.ExceptPrincipals).Any()
        || (after.Condition is { } condition && condition.Expression != before.Condition?.Expression);

    private static PermissionMask Forbidden(DenyRule rule) =>
        MaskOf(rule.Permissions) - MaskOf(rule.ExceptPermissions);

    private static Statement Compile(DenyRule rule) => new(Effect.Deny,
        new Principals(rule.Principals) { Except = new Principals(rule.ExceptPrincipals) },
        new PermissionSet(Forbidden(rule)),
        new RuleLabel("", RuleLabel.Deny, rule.Name))
    {
        Condition = rule.Condition is { } condition ? Conditions.Expression.Compile(condition.Expression) : null,
    };

    /// <summary>Who forbids a right forbids the finer ones of other doors with it.</summary>
    private static PermissionMask MaskOf(IReadOnlyList<string> names)
    {
        var mask = PermissionMask.None;
        foreach (var permission in Enum.GetValues<Permission>())
            if (permission != Permission.None && names.Any(n => Wildcard.Matches(n, permission.Name())))
                mask = mask | PermissionMask.Of(permission) | Actions.FinerThan(permission);
        return mask;
    }
}
