using System.CommandLine;
using Keyward.Protos.V1;

namespace Keyward.Cli;

/// <summary>Deny rules: what nobody of some may do, whatever other policies allow.</summary>
internal static class DenyCommands
{
    private static readonly Argument<string> RuleName = Commands.Name("name", "The rule's name on this resource.");

    private static readonly Option<string[]> Principal = Many("--principal", "MEMBER", "Whom it binds; repeatable.");

    private static readonly Option<string[]> Permission = Many("--permission", "PERMISSION",
        "What it forbids, such as cloudkms.cryptoKeyVersions.destroy or cloudkms.*; repeatable.");

    private static readonly Option<string[]> ExceptPrincipal = Many("--except-principal", "MEMBER",
        "Whom it leaves out; repeatable.");

    private static readonly Option<string[]> ExceptPermission = Many("--except-permission", "PERMISSION",
        "What it leaves out; repeatable.");

    private static readonly Option<string?> Condition = Commands.Text("--condition", "EXPRESSION",
        "The rule counts only where this holds, or cannot be told.");

    public static Command Build() => Commands.Group("deny", "Deny rules: they win over everything that allows.",
        Commands.Make("add", "Add a deny rule to a resource.",
            ["keyward policy deny add projects/default no-destroy --principal allUsers " +
             "--permission cloudkms.cryptoKeyVersions.destroy --except-principal group:EMAIL"],
            "gcloud iam policies create --kind=denypolicies", s => PolicyChange.RunAsync(s, Add,
                PolicyChange.SetDenyAsync), PolicyCommands.Resource, RuleName, Principal, Permission, ExceptPrincipal,
            ExceptPermission, Condition),
        Commands.Make("remove", "Take a deny rule from a resource.",
            ["keyward policy deny remove projects/default no-destroy"],
            "gcloud iam policies delete --kind=denypolicies", s => PolicyChange.RunAsync(s, Remove,
                PolicyChange.SetDenyAsync), PolicyCommands.Resource, RuleName));

    private static bool Add(Session session, Policy policy)
    {
        var rule = new DenyRule
        {
            Name = session.Get(RuleName),
            Principals = { session.Get(Principal) ?? [] },
            Permissions = { session.Get(Permission) ?? [] },
            ExceptPrincipals = { session.Get(ExceptPrincipal) ?? [] },
            ExceptPermissions = { session.Get(ExceptPermission) ?? [] },
        };
        if (session.Get(Condition) is { } expression)
            rule.Condition = new Condition { Title = rule.Name, Expression = expression };
        var same = policy.DenyRules.FirstOrDefault(r => r.Name == rule.Name);
        if (same is not null && !same.Equals(rule))
            throw new FailedException($"There is another deny rule {rule.Name} on {policy.Resource}.",
                $"keyward policy deny remove {policy.Resource} {rule.Name}");
        if (same is not null) return false;
        policy.DenyRules.Add(rule);
        return true;
    }

    private static bool Remove(Session session, Policy policy) =>
        policy.DenyRules.FirstOrDefault(r => r.Name == session.Get(RuleName)) is { } rule
        && policy.DenyRules.Remove(rule);

    private static Option<string[]> Many(string name, string help, string description) =>
        new(name) { HelpName = help, Description = description };
}
