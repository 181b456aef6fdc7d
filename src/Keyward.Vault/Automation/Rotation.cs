using Keyward.Vault.Keys;

namespace Keyward.Vault.Automation;

/// <summary>Rotates keys by their own schedules. After a time without a server each due key is rotated once.</summary>
internal sealed class Rotation(Gate.Gate gate, TimeProvider time) : IJob
{
    private readonly JobCaller _self = new(gate, "rotation", ofLeader: true);

    public string Name => "rotation";

    public TimeSpan Interval => TimeSpan.FromSeconds(10);

    public async ValueTask<JobRun> RunAsync(CancellationToken cancellation)
    {
        if (gate.Vault is not { } vault) return default;
        var run = new JobRun();
        var now = time.GetUtcNow();
        foreach (var key in Due(vault.Snapshot, now).ToList())
        {
            if (cancellation.IsCancellationRequested) break;
            run = run.With(await _self.PassAsync("RotateKey", new RotateDueKey(key.Key.Name), cancellation)
                .ConfigureAwait(false));
        }

        return run;
    }

    /// <summary>A key that is off, and the replicas of a set, wait.</summary>
    private static IEnumerable<Storage.KeyEntry> Due(Storage.Snapshot snapshot, DateTimeOffset now) =>
        snapshot.DueKeys(now).Where(k => k.Key is { State: KeyState.Enabled, IsReplica: false } key
            && key.NextRotationTime <= now);
}
