using System.Collections.Concurrent;
using Keyward.Vault.Audit;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Automation;

/// <summary>Runs jobs when they are due, one after the other, and shows how they stand. <see cref="RunDueAsync"/> is
/// for one caller at a time; reading is safe for anyone.</summary>
internal sealed class JobBoard(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, JobStatus> _statuses = new(StringComparer.Ordinal);

    public IReadOnlyList<JobStatus> Statuses => [.. _statuses.Values.OrderBy(s => s.Name, StringComparer.Ordinal)];

    /// <summary>What the last scan for drift found; null before the first, and where another node runs it.</summary>
    public DriftFigures? Drift { get; set; }

    /// <summary>All jobs are due at the next run.</summary>
    public void MakeDue()
    {
        foreach (var (name, status) in _statuses) _statuses[name] = status with { LastRunTime = null };
    }

    /// <summary>Runs those whose pause is over. A failure of the environment is the job's state, and returned so that
    /// it can be logged.</summary>
    public async ValueTask<IReadOnlyList<Exception>> RunDueAsync(
        IReadOnlyList<IJob> jobs, CancellationToken cancellation)
    {
        var failures = new List<Exception>();
        foreach (var job in jobs)
        {
            var status = _statuses.GetOrAdd(job.Name, static (name, job) => new JobStatus(
                name, JobState.Waiting, job.Interval, 0, 0, null, null, null), job);
            if (cancellation.IsCancellationRequested) break;
            // A clock that was set back to before the last run says nothing of when that was: the job is due.
            if (status.LastRunTime is { } last && time.GetUtcNow() - last is var pause && pause >= TimeSpan.Zero
                && pause < job.Interval) continue;
            if (await RunAsync(job, status, cancellation).ConfigureAwait(false) is { } failure) failures.Add(failure);
        }

        return failures;
    }

    private async ValueTask<Exception?> RunAsync(IJob job, JobStatus status, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        status = status with { State = JobState.Running, LastRunTime = now, Runs = status.Runs + 1 };
        _statuses[job.Name] = status;
        Exception? failure = null;
        try
        {
            var run = await job.RunAsync(cancellation).ConfigureAwait(false);
            status = status with { State = JobState.Waiting, Done = status.Done + run.Done };
            if (run.Refusal is not { } refusal) status = status with { LastSuccessTime = now };
            else
                status = status with { State = JobState.Failing, LastError = refusal, LastErrorTime = now };
        }
        catch (Exception caught) when (caught is StoreUnavailableException or AuditUnwritableException)
        {
            failure = caught;
            status = status with { State = JobState.Failing, LastError = caught.Message, LastErrorTime = now };
        }

        _statuses[job.Name] = status;
        return failure;
    }
}
