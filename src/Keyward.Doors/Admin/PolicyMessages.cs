using Google.Protobuf;
using Keyward.Protos.V1;
using Keyward.Vault.Policies;
using AuditConfig = Keyward.Protos.V1.AuditConfig;
using Condition = Keyward.Protos.V1.Condition;
using DenyRule = Keyward.Protos.V1.DenyRule;
using Policy = Keyward.Protos.V1.Policy;

namespace Keyward.Doors.Admin;

/// <summary>Policies as keyward.v1 writes them, and back.</summary>
internal static class PolicyMessages
{
    public static Policy Show(string resource, PolicyView view) => new()
    {
        Resource = resource,
        Etag = ByteString.CopyFrom(view.Etag),
        Revision = view.Revision,
        Bindings =
        {
            view.Policy.Bindings.Select(b => new PolicyBinding
            {
                Role = b.Role, Members = { b.Members }, Condition = Show(b.Condition),
            }),
        },
        AuditConfigs = { view.Policy.AuditConfigs.Select(Show) },
        DenyRules = { view.Deny.Select(Show) },
    };

    public static Protos.V1.Explanation Show(Vault.Policies.Questions.Explanation explanation) => new()
    {
        Allowed = explanation.Allowed,
        Principal = explanation.Principal,
        Permission = explanation.Permission,
        Resource = explanation.Resource,
        Decisive = explanation.Decisive ?? "",
        Note = explanation.Note ?? "",
        Findings =
        {
            explanation.Findings.Select(f => new Finding
            {
                At = f.At,
                Document = f.Document,
                Rule = f.Rule,
                Effect = f.IsDeny ? "deny" : "allow",
                Bearing = f.Bearing,
                Principals = { f.Principals },
                Condition = f.Condition ?? "",
                Why = f.Why ?? "",
            }),
        },
    };

    public static Binding Parse(PolicyBinding binding) =>
        new(binding.Role, [.. binding.Members], Parse(binding.Condition));

    public static Vault.Policies.AuditConfig Parse(AuditConfig config) => new(config.Service,
        [.. config.AuditLogConfigs.Select(l => new AuditLogType((int)l.LogType, [.. l.ExemptedMembers]))]);

    public static Vault.Policies.DenyRule Parse(DenyRule rule) => new(rule.Name, [.. rule.Principals],
        [.. rule.Permissions], [.. rule.ExceptPrincipals], [.. rule.ExceptPermissions], Parse(rule.Condition));

    private static Vault.Policies.Condition? Parse(Condition? condition) => condition is null ? null : new(
        condition.Title, condition.Expression, condition.Description.Length == 0 ? null : condition.Description);

    private static Condition? Show(Vault.Policies.Condition? condition) => condition is null ? null : new()
    {
        Title = condition.Title, Expression = condition.Expression, Description = condition.Description ?? "",
    };

    private static DenyRule Show(Vault.Policies.DenyRule rule) => new()
    {
        Name = rule.Name,
        Principals = { rule.Principals },
        Permissions = { rule.Permissions },
        ExceptPrincipals = { rule.ExceptPrincipals },
        ExceptPermissions = { rule.ExceptPermissions },
        Condition = Show(rule.Condition),
    };

    private static AuditConfig Show(Vault.Policies.AuditConfig config) => new()
    {
        Service = config.Service,
        AuditLogConfigs =
        {
            config.LogTypes.Select(t => new AuditLogConfig
            {
                LogType = (AuditLogConfig.Types.LogType)t.Type, ExemptedMembers = { t.ExemptedMembers },
            }),
        },
    };
}
