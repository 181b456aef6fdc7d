using Keyward.Vault.Imports;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Automation;

/// <summary>Gives pending import jobs their wrapping key, and erases the private half of those whose time is
/// over.</summary>
internal sealed class WrappingKeys(Gate.Gate gate, TimeProvider time) : IJob
{
    private readonly JobCaller _self = new(gate, "wrapping-keys", ofLeader: true);

    public string Name => "wrapping-keys";

    /// <summary>A client waits for its job to become active.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(1);

    public async ValueTask<JobRun> RunAsync(CancellationToken cancellation)
    {
        if (gate.Vault is not { } vault) return default;
        var run = new JobRun();
        foreach (var (name, isExpired) in Due(vault.Snapshot, time.GetUtcNow()).ToList())
        {
            if (cancellation.IsCancellationRequested) break;
            run = run.With(isExpired
                ? await _self.PassAsync("ExpireImportJob", new ExpireImportJob(name), cancellation)
                    .ConfigureAwait(false)
                : await _self.PassAsync("MakeWrappingKey", new MakeWrappingKey(name), cancellation)
                    .ConfigureAwait(false));
        }

        return run;
    }

    private static IEnumerable<(ImportJobName Name, bool IsExpired)> Due(Snapshot snapshot, DateTimeOffset now) =>
        from project in snapshot.Projects.After(null)
        from ring in project.Rings.After(null)
        from job in ring.ImportJobs.After(null)
        let state = job.StateAt(now)
        where state == ImportJobState.PendingGeneration
            || (state == ImportJobState.Expired && job.ExpireEventTime is null)
        select (job.Name, state == ImportJobState.Expired);
}
