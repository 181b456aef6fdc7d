using System.Security.Cryptography;
using System.Text;
using Google.Cloud.Iam.V1;
using Google.Protobuf;
using Google.Type;
using Keyward.Vault.Policies;
using AuditConfig = Keyward.Vault.Policies.AuditConfig;
using Binding = Keyward.Vault.Policies.Binding;
using Policy = Google.Cloud.Iam.V1.Policy;

namespace Keyward.Doors.Google;

/// <summary>Policies as google.iam.v1 writes them, and back.</summary>
internal static class PolicyMessages
{
    /// <summary>With a requested version below 3 a conditional binding is shown without its condition, under a role
    /// name that cannot be set by accident (IAM, "Understanding allow policies", policy versions).</summary>
    public static Policy Show(PolicyView view, int requestedVersion)
    {
        var policy = new Policy { Etag = ByteString.CopyFrom(view.Etag) };
        if (view.Revision > 0) policy.Version = view.Policy.HasConditions && requestedVersion == 3 ? 3 : 1;
        foreach (var binding in view.Policy.Bindings)
        {
            var shown = new global::Google.Cloud.Iam.V1.Binding { Role = binding.Role, Members = { binding.Members } };
            if (binding.Condition is { } condition)
            {
                if (requestedVersion == 3) shown.Condition = Show(condition);
                else shown.Role = $"{binding.Role}_withcond_{Mark(condition)}";
            }

            policy.Bindings.Add(shown);
        }

        policy.AuditConfigs.AddRange(view.Policy.AuditConfigs.Select(Show));
        return policy;
    }

    public static IReadOnlyList<Binding> Bindings(Policy policy) =>
        [.. policy.Bindings.Select(b => new Binding(b.Role, [.. b.Members], Parse(b.Condition)))];

    public static IReadOnlyList<AuditConfig> AuditConfigs(Policy policy) =>
        [.. policy.AuditConfigs.Select(c => new AuditConfig(c.Service,
            [.. c.AuditLogConfigs.Select(l => new AuditLogType((int)l.LogType, [.. l.ExemptedMembers]))]))];

    private static Condition? Parse(Expr? expr) => expr is null ? null : new Condition(expr.Title, expr.Expression,
        NullIfEmpty(expr.Description), NullIfEmpty(expr.Location));

    private static Expr Show(Condition condition) => new()
    {
        Title = condition.Title,
        Expression = condition.Expression,
        Description = condition.Description ?? "",
        Location = condition.Location ?? "",
    };

    private static global::Google.Cloud.Iam.V1.AuditConfig Show(AuditConfig config) => new()
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

    private static string Mark(Condition condition) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{condition.Title}\n{condition.Description}\n{condition.Expression}")))[..20];

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
