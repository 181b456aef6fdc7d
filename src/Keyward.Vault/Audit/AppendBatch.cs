using System.Runtime.InteropServices;

namespace Keyward.Vault.Audit;

/// <summary>Entries that wait for one flush, in one buffer that is used again.</summary>
internal sealed class AppendBatch
{
    private readonly List<int> _ends = [];
    private readonly List<AppendWaiter> _waiters = [];
    private byte[] _bytes = new byte[64 * 1024];

    public int Count => _ends.Count;

    public int SizeBytes { get; private set; }

    public void Add(ReadOnlySpan<byte> entry, AppendWaiter waiter)
    {
        if (SizeBytes + entry.Length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, SizeBytes + entry.Length));
        entry.CopyTo(_bytes.AsSpan(SizeBytes));
        SizeBytes += entry.Length;
        _ends.Add(SizeBytes);
        _waiters.Add(waiter);
    }

    public ReadOnlySpan<byte> this[int i]
    {
        get
        {
            var start = i == 0 ? 0 : _ends[i - 1];
            return _bytes.AsSpan(start, _ends[i] - start);
        }
    }

    /// <summary>Lets all go on.</summary>
    public void Complete(string origin, long firstIndex)
    {
        for (var i = 0; i < _ends.Count; i += CompletionTurn.MaximumSize)
            CompletionTurn.Queue(Waiters(i), origin, firstIndex + i);
    }

    public void Fail(AuditUnwritableException failure)
    {
        for (var i = 0; i < _ends.Count; i += CompletionTurn.MaximumSize)
            CompletionTurn.Queue(Waiters(i), failure);
        Clear();
    }

    public void Clear()
    {
        _ends.Clear();
        _waiters.Clear();
        SizeBytes = 0;
    }

    private ReadOnlySpan<AppendWaiter> Waiters(int from) => CollectionsMarshal.AsSpan(_waiters)
        .Slice(from, Math.Min(CompletionTurn.MaximumSize, _waiters.Count - from));
}
