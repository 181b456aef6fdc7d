namespace Keyward.Vault.Audit.Anomalies;

/// <summary>What is out of the ordinary. The numbers stand in files.</summary>
public enum AnomalyKind
{
    Unspecified = 0,
    NewPrincipal = 1,
    NewSource = 2,
    OffHours = 3,
    Volume = 4,
    Dormant = 5,
    DeniedBurst = 6,
    Export = 7,
    PolicyWidened = 8,
    AuditOff = 9,
    FanOut = 10,
}

/// <summary>How much it matters. The numbers stand in files and compare.</summary>
public enum AnomalySeverity
{
    Unspecified = 0,
    Low = 1,
    Medium = 2,
    High = 3,
    Critical = 4,
}

/// <summary>What somebody found who looked at it.</summary>
public enum AnomalyVerdict
{
    /// <summary>Nobody has looked at it.</summary>
    Unspecified = 0,

    /// <summary>An incident.</summary>
    True = 1,

    /// <summary>Nothing out of the ordinary.</summary>
    False = 2,

    /// <summary>Out of the ordinary, and meant to be.</summary>
    Expected = 3,
}

/// <summary>The names of these in records, metrics and answers.</summary>
public static class AnomalyNames
{
    public static string Label(this AnomalyKind kind) => kind switch
    {
        AnomalyKind.NewPrincipal => "new_principal",
        AnomalyKind.NewSource => "new_source",
        AnomalyKind.OffHours => "off_hours",
        AnomalyKind.Volume => "volume",
        AnomalyKind.Dormant => "dormant",
        AnomalyKind.DeniedBurst => "denied_burst",
        AnomalyKind.Export => "export",
        AnomalyKind.PolicyWidened => "policy_widened",
        AnomalyKind.AuditOff => "audit_off",
        AnomalyKind.FanOut => "fan_out",
        AnomalyKind.Unspecified => "other",
    };

    public static string Label(this AnomalySeverity severity) => severity switch
    {
        AnomalySeverity.Low => "low",
        AnomalySeverity.Medium => "medium",
        AnomalySeverity.High => "high",
        AnomalySeverity.Critical => "critical",
        AnomalySeverity.Unspecified => "none",
    };

    public static string Label(this AnomalyVerdict verdict) => verdict switch
    {
        AnomalyVerdict.True => "true",
        AnomalyVerdict.False => "false",
        AnomalyVerdict.Expected => "expected",
        AnomalyVerdict.Unspecified => "",
    };

    public static AnomalyVerdict VerdictOf(string? label) =>
        Enum.GetValues<AnomalyVerdict>().FirstOrDefault(v => v.Label() == label);

    public static IEnumerable<AnomalyKind> Kinds =>
        Enum.GetValues<AnomalyKind>().Where(k => k != AnomalyKind.Unspecified);

    /// <summary>What is wrong with a kind's name; null where it is one.</summary>
    public static string? WhyNot(string label) => Kinds.Any(k => k.Label() == label)
        ? null : $"{label} is none of the kinds {string.Join(", ", Kinds.Select(Label))}";

    public static IEnumerable<AnomalySeverity> Severities =>
        Enum.GetValues<AnomalySeverity>().Where(s => s != AnomalySeverity.Unspecified);
}
