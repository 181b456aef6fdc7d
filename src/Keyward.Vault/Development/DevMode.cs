namespace Keyward.Vault.Development;

/// <summary>What a development server has beside all else: a clock that can be moved, and faults to rehearse. Where
/// there is none, none of this exists. Safe for concurrent use.</summary>
internal sealed class DevMode(DevClock clock)
{
    private readonly Lock _lock = new();
    private List<TaskCompletionSource> _waiting = [];

    public DevClock Clock { get; } = clock;

    public FaultBook Faults { get; } = new();

    /// <summary>Completes when the server's jobs have run once from here on: what fell due is done then.</summary>
    public Task RunJobsAsync()
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock) _waiting.Add(waiter);
        return waiter.Task;
    }

    /// <summary>Who waits for the jobs; whoever runs them takes these first and completes them afterwards.</summary>
    public IReadOnlyList<TaskCompletionSource> TakeWaiting()
    {
        lock (_lock)
        {
            var taken = _waiting;
            _waiting = [];
            return taken;
        }
    }
}
