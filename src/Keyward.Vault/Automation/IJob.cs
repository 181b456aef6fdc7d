namespace Keyward.Vault.Automation;

/// <summary>Work that the server does by itself from time to time. It acts through the gate under its own name, so it
/// is authorised and recorded like anyone; it is idempotent and goes on after a kill where it stopped.</summary>
internal interface IJob
{
    string Name { get; }

    /// <summary>The pause between two runs.</summary>
    TimeSpan Interval { get; }

    /// <summary>Does what is due. Failures of the environment are exceptions; a single thing that is refused is counted
    /// and does not stop the others.</summary>
    ValueTask<JobRun> RunAsync(CancellationToken cancellation);
}

/// <summary>What one run did, and the sentence of the last refusal, if there was one.</summary>
internal readonly record struct JobRun(int Done, int Refused = 0, string? Refusal = null)
{
    public JobRun With<T>(Gate.Outcome<T> outcome) => outcome.TryGet(out _, out var refusal)
        ? this with { Done = Done + 1 }
        : this with { Refused = Refused + 1, Refusal = refusal.Sentence };
}
