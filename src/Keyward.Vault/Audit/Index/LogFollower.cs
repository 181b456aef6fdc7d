namespace Keyward.Vault.Audit.Index;

/// <summary>Reads the log behind those who write it, and brings each record to what is made of it. It reads durable
/// records only and no operation on keys waits for it; how far it is behind is a measure. Safe for concurrent
/// use.</summary>
internal sealed class LogFollower(IAuditLog log, IReadOnlyList<ILogFold> folds, TimeProvider time)
    : IDisposable
{
    /// <summary>So many records a step, some milliseconds: then others have their turn.</summary>
    private const int MaximumStep = 512;

    /// <summary>How long a question waits for the newest records: what is behind then says so.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly JournalPlace _place = new() { Buffer = new ReadBuffer(Journal.ReadSizeBytes) };
    private readonly RecordFacts _facts = new(new RecordTexts());
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _next;
    private long _caughtUpTicks = time.GetTimestamp();

    /// <summary>Records that are in the log and not yet in all that is made of it.</summary>
    public long LagEntries => Math.Max(0, log.Size - Volatile.Read(ref _next));

    /// <summary>For how long it has been behind.</summary>
    public TimeSpan Lag => LagEntries == 0 ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref _caughtUpTicks));

    /// <summary>Brings some records on; true while more wait.</summary>
    public async ValueTask<bool> StepAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await BringAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Brings on all that is durable now, and less where that takes longer than the patience: who asks then
    /// sees what there is.</summary>
    public async ValueTask CatchUpAsync()
    {
        var (size, began) = (log.Size, time.GetTimestamp());
        while (Volatile.Read(ref _next) is var next && next < size && time.GetElapsedTime(began) < Patience)
        {
            await StepAsync(CancellationToken.None).ConfigureAwait(false);
            // Nothing came of it: what is there cannot be read now.
            if (Volatile.Read(ref _next) <= next) return;
        }
    }

    /// <summary>Once nothing is to come.</summary>
    public void Dispose()
    {
        foreach (var fold in folds)
            try
            {
                fold.Settle(isLast: true);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // A full disk: what is not written down now is made again of the log.
            }

        _turn.Dispose();
    }

    private async ValueTask<bool> BringAsync(CancellationToken cancellation)
    {
        var next = folds.Min(f => f.Next);
        Volatile.Write(ref _next, next);
        var read = 0;
        if (next < log.Size)
            await foreach (var (index, entry) in log.ReadAsync(next, cancellation, _place).ConfigureAwait(false))
            {
                _facts.Read(index, entry);
                for (var i = 0; i < folds.Count; i++)
                    if (index >= folds[i].Next) folds[i].Add(_facts);
                if (++read == MaximumStep) break;
            }

        foreach (var fold in folds) fold.Settle(isLast: false);
        next = folds.Min(f => f.Next);
        Volatile.Write(ref _next, next);
        if (next >= log.Size) Volatile.Write(ref _caughtUpTicks, time.GetTimestamp());
        return read > 0 && next < log.Size;
    }
}
