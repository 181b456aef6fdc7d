using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Keyward.Vault.Policies;

/// <summary>Who holds which role at one resource. Immutable; compiled once, so that an ordinary decision is a look-up:
/// predefined roles without condition become a mask by member, the rest statements.</summary>
public sealed class Policy
{
    /// <summary>Google allows 1,500 members a policy; more bindings than a hundred no reader follows.</summary>
    public const int MaximumBindings = 100;

    public const int MaximumMembers = 1_500;

    public const int MaximumSizeBytes = 64 * 1024;

    public static readonly Policy Empty = new([]);

    private readonly FrozenDictionary<string, PermissionMask> _masks;
    private readonly PermissionMask _everybody;
    private readonly ImmutableArray<Statement> _others;

    public Policy(IReadOnlyList<Binding> bindings, IReadOnlyList<AuditConfig>? auditConfigs = null)
    {
        (Bindings, AuditConfigs) = (bindings, auditConfigs ?? []);
        var masks = new Dictionary<string, PermissionMask>();
        var others = ImmutableArray.CreateBuilder<Statement>();
        foreach (var binding in bindings)
        {
            if (binding.Condition is not null || Roles.IsCustom(binding.Role)) others.Add(Compile(binding));
            else
                foreach (var member in binding.Members)
                    masks[member] = masks.GetValueOrDefault(member) | Roles.MaskOf(binding.Role);
        }

        _everybody = masks.GetValueOrDefault(Principals.AllUsers)
            | masks.GetValueOrDefault(Principals.AllAuthenticatedUsers);
        _masks = masks.ToFrozenDictionary(StringComparer.Ordinal);
        _others = others.ToImmutable();
    }

    public IReadOnlyList<Binding> Bindings { get; }

    public IReadOnlyList<AuditConfig> AuditConfigs { get; }

    public bool HasConditions => Bindings.Any(b => b.Condition is not null);

    /// <summary>All bindings in the internal form, for explanations.</summary>
    internal IEnumerable<Statement> Statements => Bindings.Select(Compile);

    /// <summary>The role by which the caller may do what is asked; null if none.</summary>
    internal string? Allows(ref Question question)
    {
        if (_masks.Count > 0 && MaskOf(ref question).Contains(question.Permission))
            return RuleFor(ref question);
        foreach (var statement in _others)
            if (statement.Applies(ref question)) return statement.Label.Rule;
        return null;
    }

    private PermissionMask MaskOf(ref Question question)
    {
        var mask = _everybody | _masks.GetValueOrDefault(question.Caller.Member);
        foreach (var member in question.Caller.MoreMembers) mask |= _masks.GetValueOrDefault(member);
        foreach (var group in question.Groups) mask |= _masks.GetValueOrDefault(group);
        return mask;
    }

    /// <summary>The first of the unconditional bindings that confer the permission on the caller.</summary>
    private string? RuleFor(ref Question question)
    {
        // By index: an enumerator of an interface is an object, and this runs in every request.
        for (var i = 0; i < Bindings.Count; i++)
        {
            var binding = Bindings[i];
            if (binding.Condition is not null || !Roles.Confers(binding.Role, question.Permission)) continue;
            for (var j = 0; j < binding.Members.Count; j++)
                if (IsOf(binding.Members[j], ref question)) return binding.Role;
        }

        return null;
    }

    private static bool IsOf(string member, ref Question question) =>
        member == question.Caller.Member || member is Principals.AllUsers or Principals.AllAuthenticatedUsers
        || question.Groups.Contains(member) || question.Caller.MoreMembers.Contains(member);

    /// <summary>The place is told by whoever asks: a policy does not know where it stands.</summary>
    private static Statement Compile(Binding binding) => new(Effect.Allow, new Principals(binding.Members),
        PermissionSet.OfRole(binding.Role), new RuleLabel("", RuleLabel.Bindings, binding.Role))
    {
        Condition = binding.Condition is { } condition ? Conditions.Expression.Compile(condition.Expression) : null,
    };
}
