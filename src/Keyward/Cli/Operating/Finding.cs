using System.Text.Json.Nodes;

namespace Keyward.Cli.Operating;

internal enum FindingLevel
{
    Unspecified = 0,
    Ok = 1,

    /// <summary>Could not be looked at from here.</summary>
    Unknown = 2,
    Warning = 3,
    Error = 4,
}

/// <summary>What the doctor found by one check, and what to do about it.</summary>
internal sealed record Finding(FindingLevel Level, string Check, string Says, string? Next = null)
{
    public JsonObject ToJson() => new()
    {
        ["level"] = Level switch
        {
            FindingLevel.Ok => "ok",
            FindingLevel.Unknown => "unknown",
            FindingLevel.Warning => "warning",
            FindingLevel.Error => "error",
            FindingLevel.Unspecified => "",
        },
        ["check"] = Check, ["finding"] = Says, ["next"] = Next,
    };
}
