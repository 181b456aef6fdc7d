using Google.Protobuf.WellKnownTypes;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Google;

/// <summary>Durations and timestamps as they may come over the wire, out of range included.</summary>
internal static class Times
{
    public static Outcome<(TimeSpan? Period, DateTimeOffset? Time)> Parse(Duration? duration, Timestamp? timestamp)
    {
        try
        {
            return (duration?.ToTimeSpan(), timestamp?.ToDateTimeOffset());
        }
        catch (Exception failure) when (failure is InvalidOperationException or OverflowException
            or ArgumentOutOfRangeException)
        {
            return new Refusal(RefusalReason.InvalidArgument, "A duration or time is out of range.");
        }
    }
}
