namespace Keyward.Vault.Audit.Index;

/// <summary>Reads the log behind those who write it, and brings each record to what is made of it. It reads durable
/// records only and nobody waits for it; how far it is behind is a measure. One caller of <see cref="StepAsync"/> at a
/// time; all else is for anyone.</summary>
internal sealed class LogFollower(IAuditLog log, IReadOnlyList<ILogFold> folds, TimeProvider time)
    : IDisposable
{
    /// <summary>So many records a step: then others have their turn.</summary>
    private const int MaximumStep = 4_096;

    /// <summary>How long a question waits for the newest records: what is behind then says so.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<(long Size, TaskCompletionSource Done)> _waiting = [];
    private readonly RecordFacts _facts = new(new RecordTexts());
    private readonly SemaphoreSlim _wanted = new(0, 1);
    private long _next;
    private long _caughtUpTicks = time.GetTimestamp();

    /// <summary>Records that are in the log and not yet in all that is made of it.</summary>
    public long LagEntries => Math.Max(0, log.Size - Volatile.Read(ref _next));

    /// <summary>For how long it has been behind.</summary>
    public TimeSpan Lag => LagEntries == 0 ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref _caughtUpTicks));

    /// <summary>Brings some records on; true while more wait.</summary>
    public async ValueTask<bool> StepAsync(CancellationToken cancellation)
    {
        var next = folds.Min(f => f.Next);
        Volatile.Write(ref _next, next);
        var read = 0;
        if (next < log.Size)
            await foreach (var (index, entry) in log.ReadAsync(next, cancellation).ConfigureAwait(false))
            {
                _facts.Read(index, entry);
                foreach (var fold in folds)
                    if (index >= fold.Next) fold.Add(_facts);
                if (++read == MaximumStep) break;
            }

        foreach (var fold in folds) fold.Settle(isLast: false);
        next = folds.Min(f => f.Next);
        Volatile.Write(ref _next, next);
        if (next >= log.Size) Volatile.Write(ref _caughtUpTicks, time.GetTimestamp());
        Answer(next);
        return read > 0 && next < log.Size;
    }

    /// <summary>Once nothing is to come.</summary>
    public void Dispose()
    {
        foreach (var fold in folds) fold.Settle(isLast: true);
        lock (_lock)
        {
            foreach (var (_, done) in _waiting) done.TrySetResult();
            _waiting.Clear();
            _wanted.Dispose();
        }
    }

    /// <summary>Completes when all that is durable now has been brought on, and earlier where that takes longer than is
    /// waited: who asks then sees what there is.</summary>
    public async ValueTask CatchUpAsync(TimeSpan patience)
    {
        var size = log.Size;
        if (Volatile.Read(ref _next) >= size) return;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock) _waiting.Add((size, done));
        Wake();
        await Task.WhenAny(done.Task, Task.Delay(patience, time)).ConfigureAwait(false);
    }

    /// <summary>Waits until somebody wants to see what is new, or for a while.</summary>
    public async ValueTask PauseAsync(TimeSpan pause, CancellationToken cancellation) =>
        await _wanted.WaitAsync(pause, cancellation).ConfigureAwait(false);

    private void Wake()
    {
        lock (_lock)
            if (_wanted.CurrentCount == 0) _wanted.Release();
    }

    private void Answer(long next)
    {
        lock (_lock)
        {
            foreach (var (size, done) in _waiting)
                if (size <= next) done.TrySetResult();
            _waiting.RemoveAll(w => w.Done.Task.IsCompleted);
        }
    }
}
