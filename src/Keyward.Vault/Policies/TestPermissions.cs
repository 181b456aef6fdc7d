using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Policies;

/// <summary>Which of some permissions the caller holds on a resource. Needs no right itself; on a resource that does
/// not
/// exist the answer is what the caller holds above it.</summary>
public sealed record TestPermissions(PolicyTarget Target, IReadOnlyList<string> Permissions)
    : IOperation<IReadOnlyList<string>>
{
    private const int MaximumPermissions = 100;

    Verb IOperation<IReadOnlyList<string>>.Verb { get; } = new("test_permissions", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<string>>.Demand => Demand.None(Target.FullName);

    void IOperation<IReadOnlyList<string>>.Describe(RecordDraft draft) => draft.Resource = Target.FullName;

    ValueTask<Outcome<IReadOnlyList<string>>> IOperation<IReadOnlyList<string>>.RunAsync(Passage passage)
    {
        if (Permissions.Count > MaximumPermissions)
            return new(new Refusal(RefusalReason.InvalidArgument,
                $"At most {MaximumPermissions} permissions can be tested."));
        var held = new List<string>();
        foreach (var name in Permissions)
        {
            if (name.Contains('*', StringComparison.Ordinal) || !name.Contains('.', StringComparison.Ordinal))
                return new(new Refusal(RefusalReason.InvalidArgument,
                    "A permission is named in full, without wildcards."));
            if (PermissionNames.TryParse(name, out var permission)
                && passage.May(Target.For(permission))) held.Add(name);
        }

        return new(held.ToArray());
    }
}
