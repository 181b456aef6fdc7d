using Keyward.Vault.Audit;
using Microsoft.Extensions.Logging;

namespace Keyward.Vault.Gate;

/// <summary>Keeps floods of requests without a known caller out of the log. Within its network's allowance such a
/// request has a record of its own; beyond it, it is refused without a look at what it carries, and counted in a
/// summary
/// record.</summary>
internal sealed class PeerGuard(IAuditLog log, TimeProvider time, GateMetrics metrics, ILogger logger)
{
    /// <summary>What a network gets that sent too much: nothing was looked at.</summary>
    public static readonly Refusal TooMany = new(RefusalReason.Overloaded,
        "Too many requests without a known caller came from this network. Try again a little later.");

    /// <summary>The log names that many networks a round; the records name them all.</summary>
    private const int MaximumLogged = 10;

    private readonly PeerBuckets _buckets = new(time);
    private readonly CutRequests _cut = new();

    /// <summary>Whether a proof is not even looked at.</summary>
    public bool IsClosedTo(Arrival arrival, int perSecond) => _buckets.IsEmpty(arrival.Source.Ip, perSecond);

    /// <summary>Whether this refusal gets a record of its own; if not, it is counted and gives what is answered
    /// instead.</summary>
    public bool MayRecord(Arrival arrival, Refusal refusal, int perSecond, out Refusal answer)
    {
        answer = refusal;
        if (_buckets.TryTake(arrival.Source.Ip, perSecond)) return true;
        Cut(arrival.Door, arrival.Source, refusal.Reason);
        if (refusal.Reason == RefusalReason.Unauthenticated) answer = TooMany;
        return false;
    }

    public void Cut(Door door, Source source, RefusalReason reason)
    {
        _cut.Add(PeerNetwork.Of(source.Ip), door, reason, time.GetUtcNow());
        metrics.Cut(door, reason);
    }

    /// <summary>Writes a summary for each network, door and reason that something was cut of. What the log does not
    /// take
    /// now is kept for the next time.</summary>
    public async ValueTask WriteSummariesAsync(string node, int perSecond)
    {
        _buckets.Tidy(perSecond);
        var tallies = _cut.Take();
        foreach (var tally in tallies)
        {
            try
            {
                await log.AppendAsync(SummaryWriter.Write(tally, time.GetUtcNow(), node)).ConfigureAwait(false);
            }
            catch (AuditUnwritableException)
            {
                _cut.Return(tally);
            }
        }

        foreach (var loudest in tallies.GroupBy(t => t.Network)
            .Select(g => (Network: g.Key, Count: g.Sum(t => t.Count)))
            .OrderByDescending(n => n.Count).Take(MaximumLogged))
            Log.Flood(logger, loudest.Count, loudest.Network.ToString());
    }
}
