using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;

namespace Keyward.Doors.Aws.Sts;

/// <summary>What AssumeRole and AssumeRoleWithWebIdentity ask for. A parameter that would narrow or mark the session
/// and that this server does not know is refused: left out silently, it would widen it.</summary>
internal sealed record AssumeRequest(string RoleArn, string SessionName, TimeSpan Lifetime, string Policy)
{
    private const int MinimumSeconds = 900;
    private const int MaximumSeconds = 43_200;
    private const int DefaultSeconds = 3_600;

    private static readonly string[] Known =
        ["Action", "Version", "RoleArn", "RoleSessionName", "DurationSeconds", "Policy", "ExternalId"];

    public static AssumeRequest? Read(
        Dictionary<string, string> form, IReadOnlyList<string> further, out Fault? fault)
    {
        fault = null;
        if (form.Keys.FirstOrDefault(k => !Known.Contains(k) && !further.Contains(k)) is not null)
            fault = StsFaults.Invalid("A parameter of the request is not offered by this server: sessions are " +
                "narrowed by Policy alone.");
        var arn = form.GetValueOrDefault("RoleArn");
        var name = form.GetValueOrDefault("RoleSessionName");
        var policy = form.GetValueOrDefault("Policy") ?? "";
        if (Judge(arn, "roleArn", 20, 2_048) is { } badArn) fault ??= badArn;
        if (Judge(name, "roleSessionName", 2, 64) is { } badName) fault ??= badName;
        else if (!AssumeAccount.IsSessionName(name!))
            fault ??= Broken(name!, "roleSessionName", @"satisfy regular expression pattern: [\w+=,.@-]*");
        if (policy.Length > AssumeAccount.MaximumPolicyLength)
            fault ??= Broken(policy, "policy",
                $"have length less than or equal to {AssumeAccount.MaximumPolicyLength}");
        var seconds = SecondsOf(form.GetValueOrDefault("DurationSeconds"), ref fault);
        return fault is null ? new AssumeRequest(arn!, name!, TimeSpan.FromSeconds(seconds), policy) : null;
    }

    private static int SecondsOf(string? text, ref Fault? fault)
    {
        if (text is null) return DefaultSeconds;
        if (!DecimalNumber.TryParse(text, out int seconds))
            fault ??= StsFaults.Invalid("DurationSeconds must be a number of seconds.");
        else if (seconds < MinimumSeconds)
            fault ??= Broken(text, "durationSeconds", $"have value greater than or equal to {MinimumSeconds}");
        else if (seconds > MaximumSeconds)
            fault ??= Broken(text, "durationSeconds", $"have value less than or equal to {MaximumSeconds}");
        else if (TimeSpan.FromSeconds(seconds) > AssumeAccount.MaximumLifetime)
            fault ??= StsFaults.Invalid(
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        return seconds;
    }

    private static Fault? Judge(string? value, string label, int minimum, int maximum)
    {
        if (value is null)
            return StsFaults.Invalid($"1 validation error detected: Value null at '{label}' failed to satisfy " +
                "constraint: Member must not be null");
        if (value.Length < minimum) return Broken(value, label, $"have length greater than or equal to {minimum}");
        return value.Length > maximum ? Broken(value, label, $"have length less than or equal to {maximum}") : null;
    }

    private static Fault Broken(string value, string label, string constraint) =>
        Constraints.Broken(value, label, constraint) with { Type = "ValidationError" };
}
