using Keyward.Vault.Policies;

namespace Keyward.Tests.Models;

/// <summary>A policy as the model has it: plain lists, and conditions of which it is known what comes of them.</summary>
internal sealed record ModelPolicy(IReadOnlyList<ModelBinding> Bindings, IReadOnlyList<ModelDeny> Denies);

internal sealed record ModelBinding(string Role, IReadOnlyList<string> Members, ModelCondition Condition);

internal sealed record ModelDeny(
    string Permission, IReadOnlyList<string> Members, IReadOnlyList<string> Except, ModelCondition Condition);

/// <summary>An expression and what comes of it; null: it fails.</summary>
internal sealed record ModelCondition(string? Expression, bool? Result)
{
    public static readonly ModelCondition[] All =
    [
        new(null, true),
        new(null, true),
        new("resource.name.endsWith(\"/cryptoKeys/k\")", true),
        new("request.time < timestamp(\"2020-01-01T00:00:00Z\")", false),
        new("request.context[\"absent\"] == \"x\"", null),
        new("request.context[\"absent\"] == \"x\" || resource.type == \"cloudkms.googleapis.com/CryptoKey\"", true),
    ];
}

/// <summary>Rights by the book, without an index or a mask: any deny that matches or cannot be told refuses; then any
/// binding on the way up that matches allows; else refused.</summary>
internal static class AccessModel
{
    public static bool Allows(
        IReadOnlyList<ModelPolicy> chain, IReadOnlySet<string> names, Permission permission)
    {
        foreach (var policy in chain)
            foreach (var deny in policy.Denies)
                if (Matches(deny.Permission, permission.Name()) && deny.Members.Any(names.Contains)
                    && !deny.Except.Any(names.Contains) && deny.Condition.Result != false) return false;
        foreach (var policy in chain)
            foreach (var binding in policy.Bindings)
                if (binding.Members.Any(names.Contains) && binding.Condition.Result == true
                    && Roles.PermissionsOf(binding.Role).Contains(permission)) return true;
        return false;
    }

    private static bool Matches(string pattern, string name) =>
        pattern == name || (pattern[^1] == '*' && name.StartsWith(pattern[..^1], StringComparison.Ordinal));
}
