using System.Globalization;

namespace Keyward.Server.Settings;

/// <summary>What a deployment promises, and what it promises to single projects: from these the rules are written.
/// Shares are of 1.</summary>
/// <param name="Projects">Each project that has an objective of its own, and its availability.</param>
internal sealed record Objectives(double Availability, double Fast, double Internal,
    IReadOnlyDictionary<string, double> Projects)
{
    /// <summary>Each is a label of metrics.</summary>
    public const int MaximumProjects = 50;

    public static Objectives Of(SettingReader reader) => Of(reader[SettingTable.SloAvailability],
        reader[SettingTable.SloLatency], reader[SettingTable.SloErrors],
        reader[SettingTable.SloProjects].Split(',', StringSplitOptions.RemoveEmptyEntries));

    public static Objectives Of(string availability, string fast, string errors, IEnumerable<string> projects) => new(
        Share(availability), Share(fast), Share(errors),
        projects.Select(p => p.Split('=')).ToDictionary(p => p[0], p => Share(p[1]), StringComparer.Ordinal));

    public static string? IsPercentage(string value) =>
        decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
            && percent is > 0 and < 100 ? null : "must be a percentage such as 99.99, below 100";

    public static string? IsProject(string value) => value.Length == 0 ? null
        : value.Split('=') is [var project, var share] && Vault.Names.ProjectId.TryParse(project, out _)
            ? IsPercentage(share) : "must be PROJECT=AVAILABILITY, such as shop=99.95";

    /// <summary>A decimal, so that 99.99 leaves exactly 0.0001.</summary>
    private static double Share(string percent) =>
        (double)(decimal.Parse(percent, CultureInfo.InvariantCulture) / 100m);
}
