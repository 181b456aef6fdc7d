namespace Keyward.Vault.Quotas;

/// <summary>The tokens of one rate: a minute's worth at most, refilled all the time. While more than half is left
/// everybody may take; below that only who is under an equal share of the minute, so that one caller who asks without
/// end leaves the others theirs. Used under the meter's lock.</summary>
internal sealed class RateBucket
{
    private const double MinuteSeconds = 60;
    private const double DemandSeconds = 10;

    /// <summary>Callers told apart; more of them share as one, so that memory is bounded.</summary>
    private const int MaximumCallers = 1_000;

    private const string Others = "";

    private readonly Dictionary<string, double> _used = new(StringComparer.Ordinal);
    private double _tokens;
    private double _limit;
    private long _whole;

    /// <param name="part">This node's, of the whole limit.</param>
    public RateBucket(long limit, double part = 1) =>
        (_whole, _limit, _tokens) = (limit, limit * part, limit * part);

    /// <summary>What was asked for in the last seconds, granted or not; older demands fade.</summary>
    public double Demand { get; private set; }

    /// <summary>The part of the minute's worth that is spent, from 0 to 1.</summary>
    public double Share => _limit == 0 ? 1 : 1 - (_tokens / _limit);

    /// <summary>Time has passed, and the limit may be another one. With a greater part of it come no tokens: they would
    /// be another node's once more.</summary>
    public void Advance(double seconds, long limit, double part = 1)
    {
        if (limit != _whole) _tokens = _limit == 0 ? limit * part : _tokens * limit / _whole;
        (_whole, _limit) = (limit, limit * part);
        _tokens = Math.Min(_limit, _tokens + (seconds * PerSecond));
        Demand *= Math.Exp(-seconds / DemandSeconds);
        var drained = seconds * PerSecond / Math.Max(1, _used.Count);
        foreach (var (caller, used) in _used)
            if (used <= drained) _used.Remove(caller);
            else _used[caller] = used - drained;
    }

    /// <summary>How long to wait before so much may be taken; null for not at all. What costs more than a whole
    /// minute's worth takes all of it.</summary>
    public TimeSpan? WaitOf(string caller, double cost)
    {
        if (_limit == 0) return TimeSpan.FromSeconds(MinuteSeconds);
        cost = Math.Min(cost, _limit);
        if (_tokens < cost) return TimeSpan.FromSeconds((cost - _tokens) / PerSecond);
        if (_tokens - cost >= _limit / 2) return null;
        var used = _used.GetValueOrDefault(NameOf(caller));
        // Somebody who asks for the first time counts among those who share.
        var callers = _used.Count + (used > 0 ? 0 : 1);
        var beyond = used + cost - (_limit / callers);
        return beyond <= 0 || callers == 1 ? null : TimeSpan.FromSeconds(beyond * callers / PerSecond);
    }

    public void Ask(double cost) => Demand += cost;

    public void Take(string caller, double cost)
    {
        cost = Math.Min(cost, _limit);
        _tokens -= cost;
        var name = NameOf(caller);
        _used[name] = _used.GetValueOrDefault(name) + cost;
    }

    private double PerSecond => _limit / MinuteSeconds;

    private string NameOf(string caller) =>
        _used.Count < MaximumCallers || _used.ContainsKey(caller) ? caller : Others;
}
