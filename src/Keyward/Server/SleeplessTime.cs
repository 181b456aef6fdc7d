using System.Runtime.InteropServices;

namespace Keyward.Server;

/// <summary>The system's time with a clock for durations that runs on while the machine is suspended: after an hour's
/// sleep a lease of ten seconds has ended (CLOCK_BOOTTIME; the platform's own stands still meanwhile).</summary>
internal sealed partial class SleeplessTime : TimeProvider
{
    private const int Boottime = 7;
    private const long NanosecondsASecond = 1_000_000_000;

    private SleeplessTime()
    {
    }

    public static TimeProvider Instance { get; } = OperatingSystem.IsLinux() ? new SleeplessTime() : System;

    public override long TimestampFrequency => NanosecondsASecond;

    public override long GetTimestamp() => clock_gettime(Boottime, out var time) == 0
        ? (time.Seconds * NanosecondsASecond) + time.Nanoseconds
        : throw new InvalidOperationException("The system has no CLOCK_BOOTTIME.");

    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial int clock_gettime(int clock, out ClockTime time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct ClockTime
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
