using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Models;

/// <summary>A node's two clocks: the one for durations only runs on, the one on the wall is set forward and back.</summary>
/// <param name="measuresByTheWall">A fault to be found: durations are taken from the wall clock.</param>
internal sealed class JumpingTime(bool measuresByTheWall = false) : TimeProvider
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

    public void SetWall(TimeSpan offset) => _offset = offset;
}
