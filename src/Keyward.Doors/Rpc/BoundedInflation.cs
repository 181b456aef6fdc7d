using System.IO.Compression;

namespace Keyward.Doors.Rpc;

/// <summary>Inflates until it becomes more than a message may have, or more than honest data would: a small body must
/// not become a large one in memory.</summary>
internal sealed class BoundedInflation(Stream compressed, Inflation kind) : Stream
{
    /// <summary>Inflated bytes for each compressed one. Names and base64 stay below 10.</summary>
    public const int MaximumRatio = 20;

    /// <summary>Below this the ratio says nothing: two fields of 64 KiB of zeros are as good as any.</summary>
    private const int FreeSizeBytes = 136 * 1024;

    private readonly CountedStream _counted = new(compressed);
    private Stream? _inflated;
    private long _size;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _size;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        _inflated ??= Open();
        return Counted(_inflated.Read(buffer));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _inflated ??= Open();
        return Counted(await _inflated.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inflated?.Dispose();
        base.Dispose(disposing);
    }

    private Stream Open() => kind == Inflation.Gzip
        ? new GZipStream(_counted, CompressionMode.Decompress)
        : new ZLibStream(_counted, CompressionMode.Decompress);

    private int Counted(int read)
    {
        _size += read;
        var isHonest = _size <= FreeSizeBytes || _size <= _counted.Size * MaximumRatio;
        return _size <= Transcoder.MaximumBodySizeBytes && isHonest
            ? read
            : throw new InvalidDataException("The compressed body inflates to more than is allowed.");
    }

    private sealed class CountedStream(Stream inner) : Stream
    {
        public long Size { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => Size;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            Size += read;
            return read;
        }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            Size += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
