using Keyward.Vault.Keys;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Automation;

/// <summary>Makes the material of versions that wait for it, oldest first. The snapshot is walked only when it is
/// another than the one in which nothing waited.</summary>
internal sealed class Generation(Gate.Gate gate) : IJob
{
    /// <summary>Other jobs wait meanwhile, so a run makes a few keys and the next goes on.</summary>
    private const int MaximumInRun = 4;

    private readonly JobCaller _self = new(gate, "generation", ofLeader: true);
    private Snapshot? _idle;

    public string Name => "generation";

    /// <summary>A client waits for its version.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(1);

    public async ValueTask<JobRun> RunAsync(CancellationToken cancellation)
    {
        if (gate.Vault is not { } vault || vault.Snapshot is var snapshot && ReferenceEquals(snapshot, _idle))
            return default;
        var waiting = Waiting(snapshot).OrderBy(v => v.CreateTime).Take(MaximumInRun).ToList();
        if (waiting.Count == 0) _idle = snapshot;
        var run = new JobRun();
        foreach (var version in waiting)
        {
            if (cancellation.IsCancellationRequested) break;
            run = run.With(await _self.PassAsync("GenerateVersion", new GenerateVersion(version.Name), cancellation)
                .ConfigureAwait(false));
        }

        return run;
    }

    private static IEnumerable<KeyVersion> Waiting(Snapshot snapshot) =>
        from key in snapshot.DueKeys(DateTimeOffset.UnixEpoch)
        from version in key.Versions
        where version.State == VersionState.PendingGeneration
        select version;
}
