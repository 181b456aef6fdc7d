namespace Keyward.Server.Settings;

/// <summary>One setting: its dotted name in the file, the flag if the command line has one, its default, and what
/// judges a value: null where it is good, else what is wrong with it; of a list each part, and <c>JudgeAll</c> the
/// whole. What is live changes by SIGHUP, the rest by a restart.</summary>
internal sealed record Setting(
    string Name, string? Flag, string Default, string Description, Func<string, string?> Judge, bool IsList = false,
    bool IsLive = false, Func<IReadOnlyList<string>, string?>? JudgeAll = null)
{
    /// <summary>Dots and all become one underscore: <c>audit.reserve</c> is <c>KEYWARD_AUDIT_RESERVE</c>.</summary>
    public string Variable => "KEYWARD_" + Name.Replace('.', '_').ToUpperInvariant();
}
