using Keyward.Vault.Gate;

namespace Keyward.Vault.Policies.Questions;

/// <summary>A permission in a question, in either vendor's words: a permission's name, or an action such as
/// <c>kms:Encrypt</c>.</summary>
internal static class AskedPermission
{
    public static readonly Refusal Unknown = PolicyRules.Invalid(
        "There is no such permission; keyward role describe ROLE lists them. AWS's are named kms:ACTION.");

    public static bool TryParse(string name, out Permission permission) =>
        PermissionNames.TryParse(name, out permission) || Actions.TryParse(name, out permission);
}
