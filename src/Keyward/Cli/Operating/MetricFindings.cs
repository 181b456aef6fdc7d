using System.Text.Json;

namespace Keyward.Cli.Operating;

/// <summary>What the doctor reads from a scrape, and from Prometheus about the rules.</summary>
internal static class MetricFindings
{
    /// <summary>The groups of deploy/alerts/keyward.yml.</summary>
    public static readonly IReadOnlyList<string> RuleGroups = ["keyward-slo", "keyward-security", "keyward-lifecycle"];

    private const double Day = 86_400;

    public static IEnumerable<Finding> Judge(MetricText metrics, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        if (metrics.Sum("keyward_audit_free_bytes") is { } free
            && metrics.Sum("keyward_audit_reserve_bytes") is { } reserve)
            yield return free < 3 * reserve
                ? new Finding(free < reserve ? FindingLevel.Error : FindingLevel.Warning, "disk",
                    FormattableString.Invariant($"{free / (1 << 20):0} MiB are free for the audit log"),
                    "docs/runbooks/audit-disk.md")
                : new Finding(FindingLevel.Ok, "disk",
                    FormattableString.Invariant($"{free / (1 << 30):0.0} GiB are free for the audit log"));
        foreach (var certificate in metrics.Of("keyward_certificate_expiry_timestamp_seconds"))
        {
            var days = (certificate.Value - seconds) / Day;
            yield return new Finding(days < 3 ? FindingLevel.Error : days < 14 ? FindingLevel.Warning : FindingLevel.Ok,
                "certificates",
                FormattableString.Invariant($"the {certificate["use"]} certificate ends in {days:0} days"),
                days < 14 ? "docs/runbooks/certificate.md" : null);
        }

        foreach (var (name, says, book) in ((string, string, string)[])
        [
            ("keyward_audit_verify_failures_total", "checks of the audit log found a fault", "audit-broken"),
            ("keyward_altered_rows", "stored rows were altered outside Keyward", "altered-rows"),
            ("keyward_rotation_overdue_keys", "keys are due for rotation", "rotation"),
            ("keyward_pending_destroy_uses_total", "uses of what waits for destruction", "pending-destruction"),
        ])
            if (metrics.Sum(name) is > 0 and var count)
                yield return new Finding(FindingLevel.Error, "metrics",
                    FormattableString.Invariant($"{count:0} {says}"), $"docs/runbooks/{book}.md");
        if (metrics.Sum("keyward_audit_records_total", s => s["result"] == "failed") is > 0 and var failed)
            yield return new Finding(FindingLevel.Error, "metrics",
                FormattableString.Invariant($"{failed:0} requests were refused for want of a record"),
                "docs/runbooks/audit-disk.md");
        if (metrics.Sum("keyward_key_material_expiry_timestamp_seconds") is { } expiry && expiry - seconds < 7 * Day)
            yield return new Finding(FindingLevel.Warning, "keys", "imported key material goes within a week",
                "docs/runbooks/material-expiry.md");
    }

    public static IEnumerable<Finding> JudgeRules(JsonElement answer)
    {
        var groups = answer.GetProperty("data").GetProperty("groups").EnumerateArray().ToList();
        var names = groups.Select(g => g.GetProperty("name").GetString()).ToHashSet();
        foreach (var missing in RuleGroups.Where(g => !names.Contains(g)))
            yield return new Finding(FindingLevel.Error, "rules", $"Prometheus has not loaded the rules {missing}",
                "Add deploy/alerts/keyward.yml to rule_files.");
        foreach (var rule in groups.SelectMany(g => g.GetProperty("rules").EnumerateArray()))
        {
            var name = rule.GetProperty("name").GetString()!;
            if (!name.StartsWith("Keyward", StringComparison.Ordinal)) continue;
            if (rule.GetProperty("health").GetString() == "err")
                yield return new Finding(FindingLevel.Error, "rules", $"{name} cannot be evaluated");
            if (rule.GetProperty("state").GetString() == "firing")
                yield return new Finding(
                    rule.GetProperty("labels").GetProperty("severity").GetString() == "page"
                        ? FindingLevel.Error : FindingLevel.Warning,
                    "alerts", $"{name}: {rule.GetProperty("annotations").GetProperty("summary").GetString()}",
                    rule.GetProperty("annotations").GetProperty("runbook").GetString());
        }

        if (RuleGroups.All(names.Contains))
            yield return new Finding(FindingLevel.Ok, "rules", "Prometheus has loaded Keyward's rules");
    }
}
