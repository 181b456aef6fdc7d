using Keyward.Vault.Storage;

namespace Keyward.Vault.Cluster;

/// <summary>Which of the nodes runs what is due. The row is taken over when it has stood still under this node's own
/// clock for longer than a lease. Each change of a job names the term in which it began, and is refused in its own
/// transaction once there is a later one: a leader that only stood still changes nothing any more.</summary>
internal sealed class Leader(INodeStore nodes, NodeSync self, TimeProvider time)
{
    private LeaderRow? _seen;
    private long _seenAt;
    private long _heldUntil;

    /// <summary>The term in which this node leads; 0 where it does not.</summary>
    public long Term => IsLeading ? _seen?.Term ?? 0 : 0;

    public bool IsLeading => time.GetTimestamp() < Volatile.Read(ref _heldUntil);

    /// <summary>Takes, renews or watches the leadership; to be called once a second.</summary>
    public async Task StepAsync(CancellationToken cancellation)
    {
        if (self.IsDraining)
        {
            await ResignAsync().ConfigureAwait(false);
            return;
        }

        var begun = time.GetTimestamp();
        var boot = self.Me.Boot;
        var free = _seen is null || _seen.Boot.Length == 0 || _seen.Boot.AsSpan().SequenceEqual(boot)
            || time.GetElapsedTime(_seenAt) > self.Terms.Expiry;
        var row = free
            ? await nodes.LeadAsync(self.Me.Id, boot, _seen, cancellation).ConfigureAwait(false)
            : await nodes.ReadLeaderAsync(cancellation).ConfigureAwait(false);
        if (_seen is null || row.Term != _seen.Term || row.Renewals != _seen.Renewals) _seenAt = begun;
        _seen = row;
        Volatile.Write(ref _heldUntil, row.Boot.AsSpan().SequenceEqual(boot)
            ? begun + (long)(self.Terms.Lease.TotalSeconds * time.TimestampFrequency)
            : 0);
    }

    public async Task ResignAsync()
    {
        if (!IsLeading || _seen is not { } mine) return;
        Volatile.Write(ref _heldUntil, 0);
        try
        {
            await nodes.ResignAsync(mine, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            // The next leader waits the row out.
        }
    }
}
