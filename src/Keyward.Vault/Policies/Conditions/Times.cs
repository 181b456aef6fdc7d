using System.Globalization;
using System.Text.RegularExpressions;

namespace Keyward.Vault.Policies.Conditions;

/// <summary>Times, durations and time zones as expressions write them.</summary>
internal static partial class Times
{
    public static object Timestamp(string text) =>
        Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new EvaluationException("a timestamp has the form 2027-01-31T08:00:00Z");

    /// <summary>Numbers with units, such as <c>1h30m</c> or <c>3600s</c>.</summary>
    public static object Duration(string text)
    {
        if (!Units().IsMatch(text)) throw BadDuration();
        var total = 0m;
        foreach (Match part in Unit().Matches(text))
            total += decimal.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * part.Groups[2].Value switch
            {
                "h" => TimeSpan.TicksPerHour,
                "m" => TimeSpan.TicksPerMinute,
                "s" => TimeSpan.TicksPerSecond,
                "ms" => TimeSpan.TicksPerMillisecond,
                "us" => TimeSpan.TicksPerMicrosecond,
                _ => 0.01m,
            };
        // CEL's durations reach ten thousand years and a bit; that is more than a policy needs.
        return total < 3_652_059m * TimeSpan.TicksPerDay
            ? TimeSpan.FromTicks((long)(text[0] == '-' ? -total : total))
            : throw BadDuration();
    }

    public static DateTimeOffset In(DateTimeOffset time, string zone) => zone[0] is '+' or '-'
        ? time.ToOffset(Offset(zone))
        : TimeZoneInfo.ConvertTime(time, Zone(zone));

    public static void CheckZone(string zone)
    {
        if (zone.Length > 0 && zone[0] is '+' or '-') Offset(zone);
        else Zone(zone);
    }

    private static TimeSpan Offset(string zone) =>
        TimeSpan.TryParseExact(zone[1..], @"hh\:mm", CultureInfo.InvariantCulture, out var offset)
        && offset <= TimeSpan.FromHours(14) ? (zone[0] == '-' ? -offset : offset) : throw BadZone();

    private static TimeZoneInfo Zone(string zone)
    {
        if (zone.Length is 0 or > 64) throw BadZone();
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(zone);
        }
        catch (Exception failure) when (failure is TimeZoneNotFoundException or InvalidTimeZoneException
            or System.Security.SecurityException or IOException)
        {
            throw BadZone();
        }
    }

    private static EvaluationException BadZone() =>
        new("a time zone is one of the IANA list, such as Europe/Berlin, or an offset such as +02:00");

    private static EvaluationException BadDuration() => new("a duration has the form 1h30m or 3600s");

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$")]
    private static partial Regex Rfc3339();

    [GeneratedRegex(@"^-?(\d{1,12}(\.\d{1,9})?(h|ms|m|us|s|ns)){1,6}$")]
    private static partial Regex Units();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(h|ms|m|us|s|ns)")]
    private static partial Regex Unit();
}
