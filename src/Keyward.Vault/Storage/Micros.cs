namespace Keyward.Vault.Storage;

/// <summary>Times in rows and records: microseconds since 1970, UTC.</summary>
internal static class Micros
{
    public static long Of(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset Time(long micros) =>
        DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    public static DateTimeOffset? Time(long? micros) => micros is { } value ? Time(value) : null;

    public static long? Of(DateTimeOffset? time) => time is { } value ? Of(value) : null;

    /// <summary>A time without what a row cannot keep, so that a fact equals itself after a restart.</summary>
    public static DateTimeOffset Trim(DateTimeOffset time) => Time(Of(time));
}
