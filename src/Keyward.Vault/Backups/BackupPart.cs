using System.Buffers.Binary;

namespace Keyward.Vault.Backups;

/// <summary>The parts of a backup, in the order in which they stand in it.</summary>
internal enum BackupPart
{
    Unspecified = 0,

    /// <summary>JSON, see <see cref="BackupManifest"/>.</summary>
    Manifest = 1,

    /// <summary>Sequence number, sealed state sum, incarnation.</summary>
    Counter = 2,

    /// <summary>Some rows, as the feed carries them.</summary>
    Rows = 3,

    /// <summary>A record that may not be in a log yet: its id, sequence number, node, bytes.</summary>
    Outbox = 4,

    /// <summary>A log's newest checkpoint as the store knows it: origin, size, note, time.</summary>
    Checkpoint = 5,

    /// <summary>A file of a log: origin, path, bytes. The log's checkpoint comes last.</summary>
    LogFile = 6,

    /// <summary>SHA-256 over all that stands before it.</summary>
    End = 7,
}

/// <summary>A part on its way: one byte for its kind, four for its length, its bytes.</summary>
internal static class BackupFrame
{
    public const int HeaderSizeBytes = 5;

    /// <summary>The largest is a bundle of 256 records, or a thousand rows.</summary>
    public const int MaximumSizeBytes = 256 * 1024 * 1024;

    public static byte[] Make(BackupPart part, ReadOnlySpan<byte> bytes)
    {
        var frame = new byte[HeaderSizeBytes + bytes.Length];
        frame[0] = (byte)part;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame.AsSpan(HeaderSizeBytes));
        return frame;
    }
}
