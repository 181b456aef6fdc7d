using System.Globalization;
using Keyward.Server.Settings;

namespace Keyward.Cli;

/// <summary>Times on the command line: RFC 3339, or <c>-24h</c> for ago.</summary>
internal static class Times
{
    public static DateTimeOffset Parse(string text, string option)
    {
        if (text.StartsWith('-') && SettingTable.TryParseDuration(text[1..], out var ago))
            return TimeProvider.System.GetUtcNow() - ago;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : throw new UsageException($"{option} must be a time such as 2026-11-24T08:00:00Z, or -24h for ago.");
    }
}
