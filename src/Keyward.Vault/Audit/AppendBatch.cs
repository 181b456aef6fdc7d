namespace Keyward.Vault.Audit;

/// <summary>Entries that wait for one flush, in one buffer that is used again.</summary>
internal sealed class AppendBatch
{
    private readonly List<(int End, AppendWaiter Waiter)> _entries = [];
    private byte[] _bytes = new byte[64 * 1024];

    public int Count => _entries.Count;

    public int SizeBytes { get; private set; }

    public void Add(ReadOnlySpan<byte> entry, AppendWaiter waiter)
    {
        if (SizeBytes + entry.Length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, SizeBytes + entry.Length));
        entry.CopyTo(_bytes.AsSpan(SizeBytes));
        SizeBytes += entry.Length;
        _entries.Add((SizeBytes, waiter));
    }

    public ReadOnlySpan<byte> this[int i]
    {
        get
        {
            var start = i == 0 ? 0 : _entries[i - 1].End;
            return _bytes.AsSpan(start, _entries[i].End - start);
        }
    }

    /// <summary>Lets all go on.</summary>
    public void Complete(string origin, long firstIndex)
    {
        for (var i = 0; i < _entries.Count; i += CompletionTurn.MaximumSize)
            new CompletionTurn(Waiters(i), origin, firstIndex + i).Queue();
    }

    public void Fail(AuditUnwritableException failure)
    {
        for (var i = 0; i < _entries.Count; i += CompletionTurn.MaximumSize)
            new CompletionTurn(Waiters(i), failure).Queue();
        Clear();
    }

    public void Clear()
    {
        _entries.Clear();
        SizeBytes = 0;
    }

    private AppendWaiter[] Waiters(int from)
    {
        var waiters = new AppendWaiter[Math.Min(CompletionTurn.MaximumSize, _entries.Count - from)];
        for (var i = 0; i < waiters.Length; i++) waiters[i] = _entries[from + i].Waiter;
        return waiters;
    }
}
