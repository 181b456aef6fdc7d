using System.Numerics;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Anomalies;

/// <summary>How one principal uses one key: since when, how often an hour, from which networks, at which hours of the
/// week. Times are the records'. Belongs to its fold.</summary>
internal sealed class PairBaseline
{
    /// <summary>Weight of the newest hour in mean and variance.</summary>
    private const double Alpha = 0.1;

    /// <summary>How slowly a busy hour is forgotten: by half in a month. A job that runs once a week is no news though
    /// the mean has long gone down.</summary>
    private const double PeakLeft = 0.999;

    /// <summary>So much more than the busiest hour.</summary>
    private const double OverPeak = 1.5;

    private const int MaximumNetworks = 32;
    private const int HoursOfWeek = 168;

    private readonly List<string> _networks = [];
    private readonly ulong[] _hours = new ulong[3];
    private long _hour;
    private int _inHour;
    private bool _isVolumeTold;

    public long FirstMicros { get; private set; }

    public long LastMicros { get; private set; }

    public long Uses { get; private set; }

    public double Mean { get; private set; }

    public double Variance { get; private set; }

    /// <summary>The busiest hour, forgotten slowly.</summary>
    public double Peak { get; private set; }

    /// <summary>Uses in the running hour.</summary>
    public int InHour => _inHour;

    public IReadOnlyList<string> Networks => _networks;

    public int KnownHours => _hours.Sum(BitOperations.PopCount);

    public static PairBaseline Begin(long timeMicros) => new()
    {
        FirstMicros = timeMicros, LastMicros = timeMicros, _hour = HourOf(timeMicros),
    };

    public TimeSpan Age(long timeMicros) => Micros.Time(timeMicros) - Micros.Time(FirstMicros);

    public TimeSpan Silence(long timeMicros) => Micros.Time(timeMicros) - Micros.Time(LastMicros);

    /// <summary>Counts a use. Call what asks about it before.</summary>
    public void Count(long timeMicros)
    {
        var hour = HourOf(timeMicros);
        if (hour > _hour) CloseHour(hour);
        _inHour++;
        Uses++;
        LastMicros = Math.Max(LastMicros, timeMicros);
        var ofWeek = HourOfWeek(timeMicros);
        _hours[ofWeek / 64] |= 1UL << (ofWeek % 64);
    }

    /// <summary>Notes the network; true where it was not seen before.</summary>
    public bool SeesNew(string network)
    {
        if (_networks.Remove(network))
        {
            _networks.Add(network);
            return false;
        }

        if (_networks.Count == MaximumNetworks) _networks.RemoveAt(0);
        _networks.Add(network);
        return true;
    }

    /// <summary>An hour of the week at which it was never used, nor in the hours beside it, by a pair that keeps hours
    /// and keeps them often: so many uses for each hour that chance does not leave one out.</summary>
    public bool IsOffHours(long timeMicros)
    {
        const int usesPerHour = 10;
        const int mostHours = 140;
        if (KnownHours > mostHours || Uses < (long)usesPerHour * KnownHours) return false;
        var hour = HourOfWeek(timeMicros);
        return !Knows(hour) && !Knows((hour + 1) % HoursOfWeek) && !Knows((hour + HoursOfWeek - 1) % HoursOfWeek);
    }

    /// <summary>How many standard deviations the running hour is above the mean of those before, if it is well above
    /// the busiest of them too; told once an hour.</summary>
    public double? SigmasOver(double least)
    {
        const int fewest = 20;
        if (_isVolumeTold || _inHour <= fewest || _inHour <= OverPeak * Peak) return null;
        // The mean is the variance that chance alone brings; one more, so that silence is no yardstick.
        var sigmas = (_inHour - Mean) / Math.Sqrt(Variance + Mean + 1);
        if (sigmas <= least) return null;
        _isVolumeTold = true;
        return sigmas;
    }

    public void Write(BinaryWriter writer)
    {
        foreach (var number in (long[])[FirstMicros, LastMicros, Uses, _hour]) writer.Write(number);
        writer.Write(Mean);
        writer.Write(Variance);
        writer.Write(Peak);
        writer.Write(_inHour);
        writer.Write(_isVolumeTold);
        foreach (var hours in _hours) writer.Write(hours);
        writer.Write(_networks.Count);
        foreach (var network in _networks) writer.Write(network);
    }

    public static PairBaseline Read(BinaryReader reader)
    {
        var pair = new PairBaseline
        {
            FirstMicros = reader.ReadInt64(), LastMicros = reader.ReadInt64(), Uses = reader.ReadInt64(),
            _hour = reader.ReadInt64(), Mean = reader.ReadDouble(), Variance = reader.ReadDouble(),
            Peak = reader.ReadDouble(),
            _inHour = reader.ReadInt32(), _isVolumeTold = reader.ReadBoolean(),
        };
        for (var i = 0; i < pair._hours.Length; i++) pair._hours[i] = reader.ReadUInt64();
        for (var count = reader.ReadInt32(); count > 0; count--) pair._networks.Add(reader.ReadString());
        return pair;
    }

    private bool Knows(int hour) => (_hours[hour / 64] & (1UL << (hour % 64))) != 0;

    /// <summary>The hours since the last use were silent.</summary>
    private void CloseHour(long next)
    {
        Learn(_inHour);
        // After so many silent hours nothing is left of what was before.
        const int enough = 200;
        for (var silent = Math.Min(next - _hour - 1, enough); silent > 0; silent--) Learn(0);
        (_hour, _inHour, _isVolumeTold) = (next, 0, false);
    }

    private void Learn(int count)
    {
        Peak = Math.Max(count, Peak * PeakLeft);
        var difference = count - Mean;
        Mean += Alpha * difference;
        Variance = (1 - Alpha) * (Variance + (Alpha * difference * difference));
    }

    private static long HourOf(long timeMicros) => timeMicros / 3_600_000_000;

    private static int HourOfWeek(long timeMicros) => (int)(HourOf(timeMicros) % HoursOfWeek);
}
