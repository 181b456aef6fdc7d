using Keyward.Vault.Audit.Notes;

namespace Keyward.Vault.Audit.Tree;

/// <summary>Brings what the journal has made durable into the tree, on a thread of its own: nobody waits for it on the
/// way of a request. Every entry is covered by a signed checkpoint within a second, and at a clean stop. A round that
/// fails is tried again; until then the journal alone holds its entries.</summary>
internal sealed class AuditTree : IDisposable
{
    /// <summary>Half of what is promised, since writing takes its time too.</summary>
    private static readonly TimeSpan RoundInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>More entries than this go into several rounds, so that memory stays small.</summary>
    private const int MaximumRound = 16_384;

    private readonly Journal _journal;
    private readonly JournalCursor _entries;
    private readonly TreeWriter _writer;
    private readonly TimeProvider _time;
    private readonly object _lock = new();
    private readonly Thread _thread;
    private bool _grows;
    private readonly List<(long Size, TaskCompletionSource<SignedCheckpoint> Done)> _waiting = [];
    private IReadOnlyList<INoteSigner> _signers;
    private SignedCheckpoint _latest;
    private long _signedAtSeconds;
    private bool _resign;
    private long _pruneTo;
    private long _firstIndex;
    private bool _stopping;
    private volatile string? _whyLate;

    private AuditTree(
        Journal journal, TreeWriter writer, IReadOnlyList<INoteSigner> signers, TimeProvider time)
    {
        (_journal, _writer, _signers, _time) = (journal, writer, signers, time);
        _entries = new JournalCursor(journal);
        _latest = writer.Latest!;
        _firstIndex = _pruneTo = writer.FirstIndex;
        _thread = new Thread(Run) { IsBackground = true, Name = "audit tree" };
    }

    /// <summary>Opens the tree and covers all that the journal holds. A journal that ends before the last checkpoint
    /// lost entries that were signed: <see cref="AuditDamagedException"/>.</summary>
    public static AuditTree Open(
        Journal journal, TreeWriter writer, IReadOnlyList<INoteSigner> signers, TimeProvider time, bool grows)
    {
        if (journal.Size < writer.Size)
            throw new AuditDamagedException($"The audit log {journal.Origin} ends at {journal.Size}, " +
                $"its signed checkpoint at {writer.Size}: an older journal was put back, or it was removed.");
        if (journal.FirstIndex > writer.Size)
            throw new AuditDamagedException($"The journal of the audit log {journal.Origin} begins at " +
                $"{journal.FirstIndex}, its tree ends at {writer.Size}: what is between is missing.");
        var last = writer.Size - 1;
        if (last >= journal.FirstIndex && !writer.IsLast(journal.Read(last, last + 1)[0].Entry.Span))
            throw new AuditDamagedException(
                $"Entry {last} of the journal of the audit log {journal.Origin} is not the one that was signed.");
        var tree = new AuditTree(journal, writer, signers, time);
        var end = journal.Size;
        while (tree.CoverSome(end))
        {
            // Round by round.
        }

        tree._grows = grows;
        if (grows) tree._thread.Start();
        return tree;
    }

    public long FirstIndex => Volatile.Read(ref _firstIndex);

    /// <summary>Removes what is before an index, soon: the store says already that it may go.</summary>
    public void PruneTo(long index)
    {
        lock (_lock)
        {
            if (index <= _pruneTo) return;
            _pruneTo = index;
            Monitor.Pulse(_lock);
        }
    }

    public SignedCheckpoint Latest => Volatile.Read(ref _latest);

    /// <summary>The keys that sign, the newest first.</summary>
    public IReadOnlyList<VerifierKey> Keys
    {
        get { lock (_lock) return [.. _signers.Select(s => s.Key)]; }
    }

    /// <summary>When it was signed, in seconds since 1970.</summary>
    public long SignedAtSeconds => Volatile.Read(ref _signedAtSeconds);

    /// <summary>Why the last round failed; null where it did not.</summary>
    public string? WhyLate => _whyLate;

    /// <summary>A checkpoint of at least this size, which may be made for it.</summary>
    public Task<SignedCheckpoint> CoverAsync(long size)
    {
        if (Latest.Checkpoint.Size >= size || !_grows) return Task.FromResult(Latest);
        var done = new TaskCompletionSource<SignedCheckpoint>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_stopping) return Task.FromException<SignedCheckpoint>(new IOException("The audit log is closed."));
            _waiting.Add((size, done));
            Monitor.Pulse(_lock);
        }

        return done.Task;
    }

    /// <summary>From the next checkpoint on these keys sign; one is signed at once.</summary>
    public void SignWith(IReadOnlyList<INoteSigner> signers)
    {
        lock (_lock)
        {
            (_signers, _resign) = (signers, true);
            Monitor.Pulse(_lock);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
            Monitor.Pulse(_lock);
        }

        if (_grows) _thread.Join();
    }

    private void Run()
    {
        while (Wait()) TryCover();
        TryCover();
        lock (_lock)
        {
            foreach (var (_, done) in _waiting) done.TrySetException(new IOException("The audit log is closed."));
            _waiting.Clear();
        }
    }

    private bool Wait()
    {
        lock (_lock)
        {
            if (!_stopping && !_resign && (_waiting.Count == 0 || _whyLate is not null))
                Monitor.Wait(_lock, RoundInterval);
            return !_stopping;
        }
    }

    private void TryCover()
    {
        try
        {
            // So much may wait that the last of it takes long: what is covered is told, and its segments go, meanwhile.
            var end = _journal.Size;
            while (CoverSome(end))
            {
                _whyLate = null;
                Forget();
                Tell();
            }

            Prune();
            _whyLate = null;
            Forget();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _whyLate = $"The audit log's tree cannot be written: {failure.Message}";
        }

        Tell();
    }

    private void Forget() => _journal.Forget(Latest.Checkpoint.Size / TilePath.Width * TilePath.Width);

    /// <summary>Tells those who wait what there is, or why there is no more of it.</summary>
    private void Tell()
    {
        lock (_lock)
        {
            var size = Latest.Checkpoint.Size;
            foreach (var (_, done) in _waiting.Where(w => w.Size <= size)) done.TrySetResult(Latest);
            if (_whyLate is { } why)
                foreach (var (_, done) in _waiting) done.TrySetException(new IOException(why));
            _waiting.RemoveAll(w => w.Done.Task.IsCompleted);
        }
    }

    /// <summary>Readers are told first, so that nobody looks for what goes.</summary>
    private void Prune()
    {
        long index;
        lock (_lock) index = _pruneTo;
        if (index <= _writer.FirstIndex) return;
        Volatile.Write(ref _firstIndex, index);
        _writer.Prune(index);
        _journal.RemoveOld();
    }

    /// <summary>One round of what is before an index; false where nothing of it is left.</summary>
    private bool CoverSome(long end)
    {
        IReadOnlyList<INoteSigner> signers;
        lock (_lock)
        {
            if (_resign || _writer.Latest is null) Sign([], _signers);
            _resign = false;
            signers = _signers;
        }

        var from = _writer.Size;
        if (from >= end) return false;
        Sign(_entries.Read(from, Math.Min(end, from + MaximumRound)), signers);
        return true;
    }

    private void Sign(IEnumerable<ReadOnlyMemory<byte>> entries, IReadOnlyList<INoteSigner> signers)
    {
        Volatile.Write(ref _latest, _writer.Extend(entries, signers));
        Volatile.Write(ref _signedAtSeconds, _time.GetUtcNow().ToUnixTimeSeconds());
    }
}
