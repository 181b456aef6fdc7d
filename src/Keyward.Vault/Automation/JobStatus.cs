namespace Keyward.Vault.Automation;

public enum JobState
{
    Unspecified = 0,

    /// <summary>Waits for its next run.</summary>
    Waiting = 1,
    Running = 2,

    /// <summary>The last run ended with an error; it is tried again at the next.</summary>
    Failing = 3,
}

/// <summary>How a job stands on this node, since the start.</summary>
/// <param name="Done">Things done since the start.</param>
/// <param name="LastError">Of the last run that had one, kept after it; see <paramref name="LastErrorTime"/>.</param>
public sealed record JobStatus(string Name, JobState State, TimeSpan Interval, long Runs, long Done,
    DateTimeOffset? LastRunTime, string? LastError, DateTimeOffset? LastErrorTime)
{
    /// <summary>When a run last ended without an error.</summary>
    public DateTimeOffset? LastSuccessTime { get; init; }
}
