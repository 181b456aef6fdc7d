namespace Keyward.Vault.Audit;

/// <summary>Reads a journal on and on, where it was left the last time, through one buffer: an entry is good until the
/// next one is asked for. For one reader.</summary>
internal sealed class JournalCursor(Journal journal)
{
    private const int BufferSizeBytes = 256 * 1024;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSizeBytes);
    private JournalSegment? _segment;
    private long _index;
    private long _offset;

    /// <summary>The entries of these indices, in order. One that cannot be read back is an <see
    /// cref="IOException"/>.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Read(long fromIndex, long endIndex)
    {
        if (_segment is null || fromIndex != _index) Seek(fromIndex);
        while (_index < endIndex)
        {
            var read = journal.ReadInto(_segment!, _offset, _buffer);
            var at = 0;
            while (_index < endIndex && JournalFrame.IsWhole(_buffer.AsSpan(at, read - at), out var length))
            {
                var entry = _buffer.AsMemory(at + JournalFrame.HeaderSizeBytes, length);
                at += JournalFrame.HeaderSizeBytes + length;
                _segment!.Remember(_index, _offset);
                _offset += JournalFrame.HeaderSizeBytes + length;
                if (_index++ >= fromIndex) yield return entry;
            }

            if (at == 0) Next();
        }
    }

    private void Seek(long index)
    {
        _segment = journal.SegmentOf(index) ?? throw Unreadable();
        (_index, _offset) = _segment.Near(index);
    }

    /// <summary>Where a segment ends, another one begins with the next index.</summary>
    private void Next()
    {
        var next = journal.SegmentOf(_index);
        if (next is null || next.FirstIndex != _index || next == _segment) throw Unreadable();
        (_segment, _offset) = (next, next.HeaderSizeBytes);
    }

    private IOException Unreadable()
    {
        _segment = null;
        return new IOException("an entry of the journal cannot be read back");
    }
}
