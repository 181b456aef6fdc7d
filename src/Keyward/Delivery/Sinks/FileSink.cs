using System.Buffers;

namespace Keyward.Delivery.Sinks;

/// <summary>One record a line at the end of a file, flushed to the disk. The file is opened anew for each batch, so
/// that whoever rotates it needs to tell nobody; a line that a crash left half written is cut off first, since its
/// record comes again.</summary>
internal sealed class FileSink(string path, string form) : ISink
{
    /// <summary>Longer than any record in any form: what is longer is not ours to cut.</summary>
    private const int LongestLineBytes = 256 * 1024;

    private readonly ArrayBufferWriter<byte> _lines = new(64 * 1024);

    /// <summary>The log's own flushes wait for this file's, so there should be few.</summary>
    public int MaximumRecords => 5_000;

    public int MaximumSizeBytes => 4 * 1024 * 1024;

    public ValueTask SendAsync(DeliveryBatch batch, CancellationToken cancellation)
    {
        _lines.ResetWrittenCount();
        foreach (var record in batch.Records)
        {
            _lines.Write(record.BytesIn(form).Span);
            _lines.Write("\n"u8);
        }

        if (Directory.Exists(path)) throw new DeliveryException($"{path} is a folder: name a file in it.");
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        if (!file.CanSeek) throw new DeliveryException($"{path} is a pipe, which confirms nothing: name a file.");
        var end = WholeLines(file);
        file.SetLength(end);
        file.Seek(end, SeekOrigin.Begin);
        try
        {
            file.Write(_lines.WrittenSpan);
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // The disk may be full: what was written of the batch is taken back where that can be done.
            file.SetLength(end);
            throw;
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
    }

    private long WholeLines(FileStream file)
    {
        for (var end = file.Length; end > Math.Max(0, file.Length - LongestLineBytes); end--)
        {
            file.Seek(end - 1, SeekOrigin.Begin);
            if (file.ReadByte() == '\n') return end;
        }

        return file.Length <= LongestLineBytes ? 0
            : throw new DeliveryException($"{path} does not end in lines that were written here.");
    }
}
