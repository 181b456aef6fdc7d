using System.Runtime.CompilerServices;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Metrics;

namespace Keyward.Vault.Audit;

/// <summary>The node's audit log. Callers put entries into a shared buffer under a short lock and wait; one writer
/// thread
/// takes what has gathered while its last flush ran, writes it once, flushes once, and lets all of them go on. It never
/// waits for more, and never acknowledges what is not on disk.</summary>
internal sealed class AuditLog : IAuditLog, IDisposable
{
    /// <summary>What may wait for one flush: beyond it entries are refused, never blocked.</summary>
    private const int MaximumWaitingEntries = 32_768;

    private const int MaximumWaitingBytes = 32 * 1024 * 1024;

    /// <summary>From so many on, a flush is shared well enough to go at once.</summary>
    private const int EnoughToFlush = 16;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly Journal _journal;

    // A monitor, since the writer waits for a condition under it; an event would cost every append a call of the
    // system.
    private readonly object _lock = new();
    private readonly Thread _writer;
    private AppendBatch _gathering = new();
    private AppendBatch _writing = new();
    private bool _isIdle;
    private bool _stopping;
    private TaskCompletionSource? _probe;
    private volatile string? _whyNot;
    private volatile AuditTree? _tree;
    private ITreeSource? _source;
    private bool _growsTree;

    private AuditLog(Journal journal)
    {
        _journal = journal;
        _writer = new Thread(Run) { IsBackground = true, Name = "audit log" };
        _writer.Start();
    }

    /// <summary>What times the flushes, once there is something.</summary>
    public PartMetrics? Parts { get; init; }

    public string Origin => _journal.Origin;

    public bool IsWritable => _whyNot is null;

    public string? WhyNot => _whyNot;

    public long Size => _journal.Size;

    public long FirstIndex => _tree?.FirstIndex ?? 0;

    public long LowestNeeded => Needed?.Invoke() ?? long.MaxValue;

    /// <summary>Says which entries somebody still has to read.</summary>
    public Func<long>? Needed { get; set; }

    /// <summary>Flushes so far: how many entries each one carried is the measure of group commit.</summary>
    public long Flushes => _journal.Flushes;

    /// <summary>Opens the log, cutting off what was never acknowledged. Damage is an
    /// <see cref="AuditDamagedException"/>.</summary>
    /// <param name="reserveSizeBytes">Below this much free space no entry is taken.</param>
    /// <param name="growsTree">False to measure what the tree costs: it then stays as it was opened.</param>
    public static AuditLog Open(IJournalFiles files, string origin, long reserveSizeBytes,
        PartMetrics? parts = null, bool growsTree = true) => new(Journal.Open(files, origin, reserveSizeBytes))
    {
        Parts = parts, _growsTree = growsTree,
    };

    public ValueTask<Receipt> AppendAsync(ReadOnlySpan<byte> entry, bool isBrief = false)
    {
        if (entry.Length > IAuditLog.MaximumEntrySizeBytes)
            return ValueTask.FromException<Receipt>(new AuditUnwritableException("The record is too large."));
        ValueTask<Receipt> task;
        lock (_lock)
        {
            if (_stopping) return Refuse("The audit log is closed.");
            if (_whyNot is { } why) return Refuse(why);
            if (_gathering.Count >= MaximumWaitingEntries || _gathering.SizeBytes >= MaximumWaitingBytes)
                return Refuse("Too many records wait for the disk.");
            var waiter = AppendWaiter.Rent(isBrief);
            task = waiter.Task;
            _gathering.Add(entry, waiter);
            if (_isIdle) Monitor.Pulse(_lock);
        }

        return task;
    }

    /// <summary>Completes once the writer has flushed to the disk, entries or none: it lives, and the disk answers.
    /// While
    /// the log cannot be written it completes too, since the writer then lives and tries again.</summary>
    public Task ProbeAsync()
    {
        lock (_lock)
        {
            _probe ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_isIdle) Monitor.Pulse(_lock);
            return _probe.Task;
        }
    }

    /// <summary>Opens the tree behind the journal and covers all that is there; from now on every entry is covered by
    /// a
    /// signed checkpoint within a second. What does not fit is an <see cref="AuditDamagedException"/>.</summary>
    public void BeginTree(
        TreeWriter writer, ITreeSource source, IReadOnlyList<INoteSigner> signers, TimeProvider time)
    {
        _source = source;
        _tree = AuditTree.Open(_journal, writer, signers, time, _growsTree);
    }

    /// <summary>Null while the log's key is sealed.</summary>
    public AuditTree? Tree => _tree;

    public ITreeSource? Source => _source;

    public FollowedLog? Followed { get; set; }

    public async IAsyncEnumerable<(long Index, ReadOnlyMemory<byte> Entry)> ReadAsync(
        long fromIndex, [EnumeratorCancellation] CancellationToken cancellation, JournalPlace? place = null)
    {
        var end = Size;
        var next = Math.Max(fromIndex, FirstIndex);
        place ??= new JournalPlace();
        while (next < end)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = await PageAsync(next, end, place, cancellation).ConfigureAwait(false);
            if (page.Count == 0) yield break;
            foreach (var item in page) yield return item;
            next = page[^1].Index + 1;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
            Monitor.Pulse(_lock);
        }

        _writer.Join();
        _tree?.Dispose();
        _journal.Dispose();
    }

    /// <summary>The journal holds the newest entries, the bundles all that a checkpoint covers. A segment may be gone a
    /// moment after it was found: then its entries stand in bundles.</summary>
    private async ValueTask<List<(long Index, ReadOnlyMemory<byte> Entry)>> PageAsync(
        long from, long end, JournalPlace place, CancellationToken cancellation)
    {
        if (from >= _journal.FirstIndex)
        {
            try
            {
                // Who reads on and on into a buffer of its own chooses its thread itself.
                return place.Buffer is not null
                    ? _journal.Read(from, end, place)
                    : await Task.Run(() => _journal.Read(from, end, place), cancellation).ConfigureAwait(false);
            }
            catch (FileNotFoundException) when (from < _journal.FirstIndex)
            {
            }
        }

        if (_source is not { } source || _tree is not { } tree)
            throw new IOException("Older records can be read only once the vault is open.");
        var bundle = from / TilePath.Width;
        var entries = await new TreeReader(source).EntriesAsync(bundle, tree.Latest.Checkpoint.Size,
            place.Buffer ?? new ReadBuffer(0), cancellation).ConfigureAwait(false);
        var first = bundle * TilePath.Width;
        place.Found.Clear();
        for (var i = (int)(from - first); i < entries.Count; i++) place.Found.Add((first + i, entries[i]));
        return place.Found;
    }

    private static ValueTask<Receipt> Refuse(string why) =>
        ValueTask.FromException<Receipt>(new AuditUnwritableException(why));

    private void Run()
    {
        ShortTurns.Ask();
        while (WaitForWork())
        {
            if (_whyNot is not null) TryRecover();
            // Where few records wait, who can run on this core goes first and may bring more: on busy cores a flush
            // costs more than that. Read without the lock: a guess is enough.
            if (_gathering.Count < EnoughToFlush) Thread.Yield();
            WriteGathered();
            AnswerProbe();
        }

        WriteGathered();
        AnswerProbe();
    }

    /// <summary>Returns when there is something to write, or after a while to try again; false when the log
    /// closes.</summary>
    private bool WaitForWork()
    {
        lock (_lock)
        {
            if (_gathering.Count == 0 && !_stopping && _probe is null)
            {
                _isIdle = true;
                Monitor.Wait(_lock, RetryInterval);
                _isIdle = false;
            }

            return !_stopping;
        }
    }

    private void WriteGathered()
    {
        lock (_lock)
        {
            if (_gathering.Count == 0) return;
            (_gathering, _writing) = (_writing, _gathering);
        }

        var first = _journal.Size;
        var began = PartMetrics.Begin();
        try
        {
            _journal.Append(_writing);
            Parts?.AuditDone(began);
            _writing.Complete(Origin, first);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Refuse(failure);
        }

        _writing.Clear();
    }

    private void AnswerProbe()
    {
        TaskCompletionSource? probe;
        lock (_lock) (probe, _probe) = (_probe, null);
        if (probe is null) return;
        try
        {
            if (_whyNot is null) _journal.Flush();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Refuse(failure);
        }

        probe.SetResult();
    }

    /// <summary>After a failed write or flush nothing says what is on the disk (the page may be marked clean although
    /// it
    /// never got there): nothing is acknowledged until the journal was closed, read again and begun anew.</summary>
    private void Refuse(Exception failure)
    {
        var why = $"The audit log cannot be written: {failure.Message}";
        AppendBatch late;
        lock (_lock)
        {
            _whyNot = why;
            late = _gathering;
            _gathering = new AppendBatch();
        }

        var refusal = new AuditUnwritableException(why, failure);
        _writing.Fail(refusal);
        late.Fail(refusal);
    }

    private void TryRecover()
    {
        try
        {
            _journal.Reopen();
            lock (_lock) _whyNot = null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or AuditDamagedException)
        {
            _whyNot = $"The audit log cannot be written: {failure.Message}";
        }
    }
}
