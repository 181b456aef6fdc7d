using System.Buffers.Binary;
using System.Text;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit.Index;

/// <summary>The file in which a fold stands between two runs of the program: which log it is of, which record comes
/// next, and its own bytes, under one checksum. One that is torn, of another log or of another history of it is taken
/// for none: then all is made of the log again.</summary>
internal static class FoldFile
{
    private static ReadOnlySpan<byte> Magic => "keywfld1"u8;

    private const int HeaderSizeBytes = 8 + 8 + 8 + 4;

    /// <param name="name">Names the file, and with a number the form of its bytes.</param>
    public static void Save(ITreeFiles files, string name, string origin, long next, Action<BinaryWriter> write)
    {
        using var bytes = new MemoryStream();
        bytes.SetLength(HeaderSizeBytes);
        bytes.Position = HeaderSizeBytes;
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true)) write(writer);
        var file = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        Magic.CopyTo(file);
        BinaryPrimitives.WriteUInt64LittleEndian(file[8..], ChapterForm.OriginMark(origin));
        BinaryPrimitives.WriteInt64LittleEndian(file[16..], next);
        BinaryPrimitives.WriteUInt32LittleEndian(file[24..], SumOf(file));
        files.WriteAside(name, file);
        files.FlushAside(name);
        files.Publish(name);
    }

    /// <summary>The record that comes next; null where nothing fit was found, and then nothing was read.</summary>
    public static long? Load(ITreeFiles files, string name, IAuditLog log, Action<BinaryReader> read)
    {
        if (files.Read(name) is not { Length: >= HeaderSizeBytes } file || !file.AsSpan().StartsWith(Magic)
            || BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(8)) != ChapterForm.OriginMark(log.Origin)
            || BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(24)) != SumOf(file)) return null;
        var next = BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(16));
        if (next > log.Size) return null;
        using var reader = new BinaryReader(new MemoryStream(file, HeaderSizeBytes, file.Length - HeaderSizeBytes));
        read(reader);
        return next;
    }

    /// <summary>Over all but itself.</summary>
    private static uint SumOf(ReadOnlySpan<byte> file) =>
        Crc32C.Finish(Crc32C.Add(Crc32C.Add(Crc32C.Start, file[..24]), file[HeaderSizeBytes..]));
}
