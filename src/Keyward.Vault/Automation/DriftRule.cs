namespace Keyward.Vault.Automation;

/// <summary>How a key can stand otherwise than keys should. A closed set: the labels stand in metrics.</summary>
public enum DriftRule
{
    Unspecified = 0,

    /// <summary>It could rotate by a schedule, has none, and its primary is over a year old.</summary>
    NoRotation = 1,

    /// <summary>Its rotation was due a while ago and has not come.</summary>
    RotationOverdue = 2,

    /// <summary>It is on, and its primary version is not: nobody can encrypt.</summary>
    PrimaryOff = 3,

    /// <summary>Its own policy lets everybody in.</summary>
    OpenToEverybody = 4,

    /// <summary>It was to be expired or destroyed, and its primary goes within a week.</summary>
    PrimaryEnds = 5,
}

/// <summary>The rules' names, as metrics and the command line show them.</summary>
public static class DriftRules
{
    public static readonly IReadOnlyList<DriftRule> All =
        [.. Enum.GetValues<DriftRule>().Where(r => r != DriftRule.Unspecified)];

    public static string Label(this DriftRule rule) => rule switch
    {
        DriftRule.NoRotation => "no_rotation",
        DriftRule.RotationOverdue => "rotation_overdue",
        DriftRule.PrimaryOff => "primary_off",
        DriftRule.OpenToEverybody => "open_to_everybody",
        DriftRule.PrimaryEnds => "primary_ends",
        DriftRule.Unspecified => "other",
    };
}
