using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Backups;

/// <summary>Fills a span from a backup's bytes; false at their end.</summary>
internal delegate bool ByteSource(Span<byte> destination);

/// <summary>What takes a log's files on their way.</summary>
internal delegate void LogFileSink(string origin, string path, ReadOnlySpan<byte> bytes);

/// <summary>Reads a backup through: its manifest, the store, and the log's files, which are handed on as they come.
/// What is cut off, altered or in disorder is an <see cref="InvalidDataException"/>.</summary>
internal static class BackupReader
{
    public static (BackupManifest Manifest, StoreCopy Store) Read(ByteSource source, LogFileSink sink)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        BackupManifest? manifest = null;
        Counter? counter = null;
        var rows = new List<Row>();
        var outbox = new List<OutboxEntry>();
        var checkpoints = new List<StoredCheckpoint>();
        var last = BackupPart.Unspecified;
        while (true)
        {
            var (part, bytes, header) = Next(source);
            if (part < last || (part > BackupPart.Manifest && manifest is null)) throw Malformed();
            last = part;
            if (part == BackupPart.End)
            {
                if (!hash.GetHashAndReset().AsSpan().SequenceEqual(bytes)) throw Malformed();
                break;
            }

            hash.AppendData(header);
            hash.AppendData(bytes);
            var rest = new ReadOnlySpan<byte>(bytes);
            switch (part)
            {
                case BackupPart.Manifest: manifest = ManifestOf(bytes); break;
                case BackupPart.Counter:
                    counter = new Counter(Number(ref rest), Field(ref rest).ToArray(), Field(ref rest).ToArray());
                    break;
                case BackupPart.Rows: rows.AddRange(RowsOf(bytes)); break;
                case BackupPart.Outbox:
                    outbox.Add(new OutboxEntry(Field(ref rest).ToArray(), Number(ref rest), Text(ref rest),
                        Field(ref rest).ToArray()));
                    break;
                case BackupPart.Checkpoint:
                    checkpoints.Add(new StoredCheckpoint(Text(ref rest), Number(ref rest), Field(ref rest).ToArray(),
                        Micros.Time(Number(ref rest))));
                    break;
                case BackupPart.LogFile: sink(Text(ref rest), Text(ref rest), Field(ref rest)); break;
                case BackupPart.End or BackupPart.Unspecified: throw Malformed();
            }
        }

        return counter is not null && counter.Seq == manifest!.Seq && rows.Count == manifest.Rows
            ? (manifest, new StoreCopy(counter, rows, outbox, checkpoints)) : throw Malformed();
    }

    private static (BackupPart Part, byte[] Bytes, byte[] Header) Next(ByteSource source)
    {
        var header = new byte[BackupFrame.HeaderSizeBytes];
        if (!source(header)) throw new InvalidDataException("The backup ends before its end: it is cut off.");
        var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1));
        if (length is < 0 or > BackupFrame.MaximumSizeBytes || header[0] is 0 or > (byte)BackupPart.End)
            throw Malformed();
        var bytes = new byte[length];
        if (length > 0 && !source(bytes)) throw Malformed();
        return ((BackupPart)header[0], bytes, header);
    }

    private static BackupManifest ManifestOf(byte[] bytes)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize(bytes, BackupJson.Default.BackupManifest) ?? throw Malformed();
            return manifest.Format == BackupManifest.Newest ? manifest
                : throw new InvalidDataException(
                    $"The backup has format {manifest.Format}, this program knows {BackupManifest.Newest}.");
        }
        catch (JsonException)
        {
            throw Malformed();
        }
    }

    private static IReadOnlyList<Row> RowsOf(byte[] bytes)
    {
        try
        {
            return RowCodec.Decode(bytes);
        }
        catch (FormatException)
        {
            throw new InvalidDataException("The backup holds rows that this program does not know: use its own.");
        }
    }

    private static ReadOnlySpan<byte> Field(ref ReadOnlySpan<byte> rest) =>
        Frame.TryRead(ref rest, out var field) ? field : throw Malformed();

    private static long Number(ref ReadOnlySpan<byte> rest) => Field(ref rest) is { Length: 8 } field
        ? BinaryPrimitives.ReadInt64BigEndian(field) : throw Malformed();

    private static string Text(ref ReadOnlySpan<byte> rest) => Encoding.UTF8.GetString(Field(ref rest));

    private static InvalidDataException Malformed() => new("This is no whole backup of Keyward.");
}
