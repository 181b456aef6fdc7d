using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Models;

/// <summary>A node's two clocks: the one for durations only runs on, or stands still with its machine; the one on the wall
/// is set forward and back.</summary>
/// <param name="measuresByTheWall">A fault to be found: durations are taken from the wall clock.</param>
/// <param name="hidesPauses">Another: the wall clock is not looked at.</param>
internal sealed class JumpingTime(bool measuresByTheWall = false, bool hidesPauses = false) : TimeProvider
{
    private readonly FakeTimeProvider _running = new();
    private TimeSpan _offset;

    public override long TimestampFrequency => _running.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _running.GetUtcNow() + _offset;

    public override long GetTimestamp() => measuresByTheWall ? GetUtcNow().Ticks : _running.GetTimestamp();

    public override ITimer CreateTimer(
        TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _running.CreateTimer(callback, state, dueTime, period);

    public void Advance(TimeSpan by) => _running.Advance(by);

    /// <summary>The whole machine stands still: its wall clock is right again afterwards, its other one knows
    /// nothing.</summary>
    public void StandStill(TimeSpan pause)
    {
        if (!hidesPauses) _offset += pause;
    }

    public void SetWall(TimeSpan offset) => _offset = offset;
}
