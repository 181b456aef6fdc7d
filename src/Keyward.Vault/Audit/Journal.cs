namespace Keyward.Vault.Audit;

/// <summary>The log on disk is not what this server wrote: nothing is repaired by guessing.</summary>
internal sealed class AuditDamagedException(string sentence) : Exception(sentence);

/// <summary>The append-only file behind the log, in segments. Written by one thread; read by any. What it counts in
/// <see cref="Size"/> is on disk.</summary>
internal sealed class Journal : IDisposable
{
    /// <summary>Small, so that even a young log soon writes into segments that were used before.</summary>
    private const long SegmentSizeBytes = 16L * 1024 * 1024;

    /// <summary>Holds any frame, and is small enough not to be made among the large objects, which are dear to
    /// collect.</summary>
    public const int ReadSizeBytes = 80 * 1024;

    private readonly IJournalFiles _files;
    private readonly long _reserveSizeBytes;
    private readonly long _segmentSizeBytes;
    private volatile JournalSegment[] _segments = [];
    private readonly byte[] _chain = new byte[JournalFrame.ChainSizeBytes];
    private readonly Lock _lock = new();
    private IJournalFile? _file;
    private byte[] _frames = new byte[64 * 1024];
    private long _size;
    private long _durableLength;
    private bool _hasOld;

    private Journal(IJournalFiles files, string origin, long reserveSizeBytes, long segmentSizeBytes) =>
        (_files, Origin, _reserveSizeBytes, _segmentSizeBytes) = (files, origin, reserveSizeBytes, segmentSizeBytes);

    public string Origin { get; }

    public long Size => Volatile.Read(ref _size);

    public long Flushes { get; private set; }

    /// <summary>The first entry that is still here; what is before stands in the log's bundles.</summary>
    public long FirstIndex => _segments[0].FirstIndex;

    /// <param name="segmentSizeBytes">Another size, for tests.</param>
    public static Journal Open(IJournalFiles files, string origin, long reserveSizeBytes,
        long segmentSizeBytes = SegmentSizeBytes)
    {
        var journal = new Journal(files, origin, reserveSizeBytes, segmentSizeBytes);
        journal.Load();
        return journal;
    }

    /// <summary>Writes a batch and flushes it. When it throws, nothing of the batch counts.</summary>
    public void Append(AppendBatch batch)
    {
        if (_files.FreeBytes < _reserveSizeBytes)
            throw new IOException($"the disk is full: less than {_reserveSizeBytes >> 20} MiB are free");
        if (_file is null) throw new IOException("the journal is closed");
        if (_file.Length >= _segmentSizeBytes) Begin();
        if (Interlocked.Exchange(ref _hasOld, false)) _file.Truncate(_file.Length);
        var chain = (byte[])_chain.Clone();
        var length = 0;
        var segment = _segments[^1];
        for (var i = 0; i < batch.Count; i++)
        {
            var entry = batch[i];
            var end = length + JournalFrame.HeaderSizeBytes + entry.Length;
            if (end > _frames.Length) Array.Resize(ref _frames, Math.Max(end, _frames.Length * 2));
            segment.Remember(_size + i, _durableLength + length);
            JournalFrame.Write(_frames.AsSpan(length), entry, _size, chain);
            length = end;
        }

        _file.Append(_frames.AsSpan(0, length));
        _file.Flush();
        Flushes++;
        chain.CopyTo(_chain, 0);
        _durableLength = _file.Length;
        Volatile.Write(ref _size, _size + batch.Count);
    }

    /// <summary>A flush of what is on the disk already, to see that the disk answers.</summary>
    public void Flush() => _file?.Flush();

    /// <summary>After a failure: closes the file, checks that all that was acknowledged is there, cuts off the rest and
    /// goes on in a new segment.</summary>
    public void Reopen()
    {
        _file?.Dispose();
        _file = null;
        if (_files.FreeBytes < _reserveSizeBytes)
            throw new IOException($"the disk is full: less than {_reserveSizeBytes >> 20} MiB are free");
        var segment = _segments[^1];
        var (end, index, chain) = Scan(segment, _durableLength);
        if (end != _durableLength || index != _size || !chain.AsSpan().SequenceEqual(_chain))
            throw new AuditDamagedException("entries that were acknowledged are not on the disk");
        using (var file = _files.Open(segment.Name, _durableLength)) file.Truncate(_durableLength);
        if (_size == segment.FirstIndex) _file = _files.Open(segment.Name, _durableLength);
        else Begin();
    }

    /// <summary>Durable entries from an index on, up to <paramref name="endIndex"/>, some tens of kilobytes of
    /// them.</summary>
    /// <param name="place">Where the last reading ended, to go on without a search; moved on. Its buffer and its list
    /// are used again.</param>
    public List<(long Index, ReadOnlyMemory<byte> Entry)> Read(
        long fromIndex, long endIndex, JournalPlace? place = null)
    {
        var segment = SegmentOf(fromIndex);
        var found = place?.Found ?? [];
        found.Clear();
        if (segment is null) return found;
        var (index, offset) = place?.Segment == segment && place.Index == fromIndex
            ? (place.Index, place.Offset) : segment.Near(fromIndex);
        while (found.Count == 0 && index < endIndex)
        {
            var bytes = place?.Buffer is { } buffer
                ? buffer.Take(_files.ReadInto(segment.Name, offset, buffer.Bytes.AsSpan(..ReadSizeBytes)))
                : _files.Read(segment.Name, offset, ReadSizeBytes);
            // Given back meanwhile, the file may hold other entries by now.
            if (!_segments.Contains(segment)) throw new FileNotFoundException(null, segment.Name);
            var at = 0;
            while (index < endIndex && JournalFrame.IsWhole(bytes.Span[at..], out var length))
            {
                if (index >= fromIndex) found.Add((index, bytes.Slice(at + JournalFrame.HeaderSizeBytes, length)));
                segment.Remember(index, offset + at);
                at += JournalFrame.HeaderSizeBytes + length;
                index++;
            }

            if (at == 0) break;
            offset += at;
        }

        if (place is not null) (place.Segment, place.Index, place.Offset) = (segment, index, offset);
        return found;
    }

    /// <summary>The segment that an index stands in, or would.</summary>
    public JournalSegment? SegmentOf(long index) => Array.FindLast(_segments, s => s.FirstIndex <= index);

    public int ReadInto(JournalSegment segment, long offset, Span<byte> destination) =>
        _files.ReadInto(segment.Name, offset, destination);

    /// <summary>Gives back the segments of which every entry lies before an index. The one that is written stays. May
    /// be called while another thread appends.</summary>
    public void Forget(long beforeIndex)
    {
        while (_segments is { Length: > 1 } segments && segments[1].FirstIndex <= beforeIndex)
        {
            lock (_lock) _segments = _segments[1..];
            _files.Retire(segments[0].Name);
        }
    }

    /// <summary>Removes what files that are used again still hold of older entries: some of it at once, the rest with
    /// the next batch.</summary>
    public void RemoveOld()
    {
        _files.RemoveRetired();
        Volatile.Write(ref _hasOld, true);
    }

    public void Dispose() => _file?.Dispose();

    private void Load()
    {
        var segments = new List<JournalSegment>();
        foreach (var name in _files.List())
        {
            var head = _files.Read(name, 0, 1_024);
            if (JournalSegment.TryParse(name, head, Origin) is { } segment) segments.Add(segment);
            else if (name == _files.List()[^1] && _files.LengthOf(name) < 1_024 && segments.Count > 0)
                continue; // Begun when the power went: its header is not whole, so nothing in it was acknowledged.
            else throw new AuditDamagedException($"{name} is not a segment of the log {Origin}.");
        }

        _segments = [.. segments];
        if (segments.Count == 0)
        {
            Begin();
            return;
        }

        var last = _segments[^1];
        var (end, index, chain) = Scan(last, long.MaxValue);
        chain.CopyTo(_chain, 0);
        _size = index;
        _durableLength = end;
        _file = _files.Open(last.Name, end);
        CutTornTail(last, end);
    }

    /// <summary>A torn end is what a crash left of entries that nobody was told of. Whole frames of later batches
    /// behind a broken one are another matter: then something that was acknowledged is damaged.</summary>
    private void CutTornTail(JournalSegment segment, long end)
    {
        var rest = _files.Read(segment.Name, end, (int)Math.Min(_files.LengthOf(segment.Name) - end, int.MaxValue));
        if (!rest.AsSpan().ContainsAnyExcept((byte)0)) return;
        if (JournalFrame.WasAcknowledged(rest, _size))
            throw new AuditDamagedException(
                $"The audit log is damaged at entry {_size} ({segment.Name}, byte {end}), " +
                "with whole entries behind it. Keep the folder as evidence and restore it from a backup; " +
                "keyward audit verify says what else is wrong.");
        _file!.Truncate(end);
    }

    private (long End, long Index, byte[] Chain) Scan(JournalSegment segment, long until)
    {
        var chain = (byte[])segment.ChainBefore.Clone();
        var (index, offset) = (segment.FirstIndex, (long)segment.HeaderSizeBytes);
        while (offset < until)
        {
            var bytes = _files.Read(segment.Name, offset, ReadSizeBytes);
            var at = 0;
            while (offset + at < until && JournalFrame.TryRead(bytes.AsSpan(at), chain, out var entry))
            {
                segment.Remember(index, offset + at);
                JournalFrame.Advance(chain, bytes.AsSpan(at), entry.Length);
                at += JournalFrame.HeaderSizeBytes + entry.Length;
                index++;
            }

            offset += at;
            if (at == 0) break;
        }

        return (offset, index, chain);
    }

    private void Begin()
    {
        var name = JournalSegment.NameOf(_size);
        var header = JournalSegment.HeaderOf(Origin, _size, _chain);
        // Whatever lies behind its last entry: in segments that are complete every frame counts.
        _file?.Truncate(_file.Length);
        var file = _files.Create(name, header);
        _file?.Dispose();
        _file = file;
        _durableLength = header.Length;
        lock (_lock) _segments = [.. _segments, JournalSegment.TryParse(name, header, Origin)!];
    }
}
