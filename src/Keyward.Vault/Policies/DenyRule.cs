namespace Keyward.Vault.Policies;

/// <summary>A rule that takes away, whatever other policies allow: it holds at its resource and below, at every
/// door.</summary>
/// <param name="Name">Unique in its document; records show it.</param>
/// <param name="Permissions">Permissions by name, or every one of a service: <c>cloudkms.*</c>; <c>*</c> is
/// all.</param>
public sealed record DenyRule(
    string Name, IReadOnlyList<string> Principals, IReadOnlyList<string> Permissions,
    IReadOnlyList<string> ExceptPrincipals, IReadOnlyList<string> ExceptPermissions, Condition? Condition = null)
{
    public const int MaximumRules = 50;

    /// <summary>The rule in one line; equal rules have equal lines.</summary>
    internal string ToText() => $"{Name}: {string.Join(' ', Permissions)}" + Unless(ExceptPermissions) + " for "
        + string.Join(' ', Principals) + Unless(ExceptPrincipals)
        + (Condition is { } condition ? $" if {condition.Expression}" : "");

    private static string Unless(IReadOnlyList<string> exceptions) =>
        exceptions.Count == 0 ? "" : $" except {string.Join(' ', exceptions)}";
}
