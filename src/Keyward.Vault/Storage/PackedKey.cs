using System.Buffers;
using System.Text;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Vault.Storage;

/// <summary>A key and its versions, in order of their numbers.</summary>
internal sealed record OpenKey(Key Key, KeyVersion[] Versions)
{
    public KeyVersion? Primary => Key.PrimaryVersion is { } number ? Find(number) : null;

    /// <summary>Version N mostly stands at N − 1; where versions are missing, it stands before that.</summary>
    public KeyVersion? Find(int number)
    {
        for (var i = Math.Min(number, Versions.Length) - 1; i >= 0; i--)
        {
            if (Versions[i].Name.Number == number) return Versions[i];
            if (Versions[i].Name.Number < number) return null;
        }

        return null;
    }
}

/// <summary>A key and its versions as one array: the key's id, its name in its ring, and of each row the number of the
/// change that last wrote it, which of its cells say more than their column does, and those. Times of a version count
/// from when its key was made, and what it is bound to is left out where it follows from the rest.</summary>
internal static class PackedKey
{
    private const int IdSizeBytes = 16;

    public static readonly int FirstKeyCell = Tables.CryptoKey.KeyColumns + 1;
    public static readonly int FirstVersionCell = Tables.KeyVersion.KeyColumns - 1;
    public static readonly int ParentCell = Tables.KeyVersion.IndexOf("parent_key");
    public static readonly int AttributesCell = Tables.KeyVersion.IndexOf("attributes");
    public static readonly int CreateTimeCell = Tables.KeyVersion.IndexOf("create_time");
    private static readonly int OriginCell = Tables.KeyVersion.IndexOf("origin");
    private static readonly int GenerateTimeCell = Tables.KeyVersion.IndexOf("generate_time");
    private static readonly int CreatorCell = Tables.KeyVersion.IndexOf("created_by");

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _writer;

    public static byte[] Of(Key key, KeyVersion[] versions)
    {
        var writer = Begin(key);
        foreach (var version in versions) Write(writer, key, version);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>The same with another key and its versions as they were.</summary>
    public static byte[] With(ReadOnlySpan<byte> packed, Key key)
    {
        var writer = Begin(key);
        writer.Write(new KeyGlance(packed).PackedVersions);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>The same with a version put in, or without it if it was deleted. The others are passed, not opened: a
    /// key may have thousands.</summary>
    public static byte[] With(ReadOnlySpan<byte> packed, Key key, KeyVersion version)
    {
        var rest = new KeyGlance(packed).PackedVersions;
        var writer = Begin(key);
        var isIn = version.DeleteTime is not null;
        while (!rest.IsEmpty)
        {
            var from = rest;
            var number = VersionGlance.Read(ref rest, 0).Number;
            if (!isIn && number >= version.Name.Number)
            {
                Write(writer, key, version);
                isIn = true;
            }

            if (number != version.Name.Number) writer.Write(from[..^rest.Length]);
        }

        if (!isIn) Write(writer, key, version);
        return writer.WrittenSpan.ToArray();
    }

    public static Guid UuidOf(ReadOnlySpan<byte> packed) => new(packed[..IdSizeBytes], bigEndian: true);

    public static string NameOf(ReadOnlySpan<byte> packed) => Encoding.ASCII.GetString(NameBytesOf(packed));

    /// <summary>The name before, at or behind another, in ordinal order: its bytes are its characters.</summary>
    public static int CompareName(ReadOnlySpan<byte> packed, ReadOnlySpan<char> name)
    {
        var own = NameBytesOf(packed);
        var common = Math.Min(own.Length, name.Length);
        for (var i = 0; i < common; i++)
            if (own[i] != name[i]) return own[i] - name[i];
        return own.Length - name.Length;
    }

    public static ReadOnlySpan<byte> BehindName(ReadOnlySpan<byte> packed) =>
        packed[(IdSizeBytes + 1 + packed[IdSizeBytes])..];

    /// <summary>The key alone.</summary>
    public static Key OpenKey(ReadOnlySpan<byte> packed, KeyName name) => OpenKey(packed, name, out _);

    public static OpenKey Open(byte[] packed, KeyName name)
    {
        var key = OpenKey(packed, name, out var rest);
        var keyCreateTime = Micros.Of(key.CreateTime);
        var versions = new List<KeyVersion>(1);
        while (!rest.IsEmpty)
        {
            var row = Read(Tables.KeyVersion, FirstVersionCell, name, ref rest);
            var createTime = row.Cells[CreateTimeCell].Integer!.Value + keyCreateTime;
            row.Cells[CreateTimeCell] = createTime;
            row.Cells[GenerateTimeCell] = row.Cells[GenerateTimeCell].Integer + createTime;
            if (row.Cells[AttributesCell].IsNull) row.Cells[AttributesCell] = AttributesOf(key, row);
            versions.Add(KeyVersion.Parse(row, _ => key.Id));
        }

        return new OpenKey(key, [.. versions]);
    }

    private static ArrayBufferWriter<byte> Begin(Key key)
    {
        var writer = _writer ??= new ArrayBufferWriter<byte>(1024);
        writer.ResetWrittenCount();
        writer.Write(key.Id.ToByteArray(bigEndian: true));
        writer.Write([(byte)key.Name.Key.Length]);
        writer.Write(Encoding.ASCII.GetBytes(key.Name.Key));
        Write(writer, Tables.CryptoKey, FirstKeyCell, key.ToCells(), key.Seq);
        return writer;
    }

    private static void Write(ArrayBufferWriter<byte> writer, Key key, KeyVersion version)
    {
        var cells = version.ToCells();
        cells[GenerateTimeCell] = cells[GenerateTimeCell].Integer - cells[CreateTimeCell].Integer;
        cells[CreateTimeCell] = cells[CreateTimeCell].Integer - Micros.Of(key.CreateTime);
        if (cells[AttributesCell].Bytes.AsSpan().SequenceEqual(
            KeyVersion.Attributes(key, version.Origin, version.CreateTime))) cells[AttributesCell] = Cell.Null;
        Write(writer, Tables.KeyVersion, FirstVersionCell, cells, version.Seq);
    }

    private static void Write(ArrayBufferWriter<byte> writer, Table table, int first, Cell[] cells, long seq)
    {
        CellPacking.Write(writer, seq);
        var given = 0UL;
        for (var i = first; i < cells.Length; i++)
            if (cells[i] != table.Columns[i].Usual) given |= 1UL << (i - first);
        CellPacking.WriteNumber(writer, given);
        for (var i = first; i < cells.Length; i++, given >>= 1)
            if ((given & 1) == 0) continue;
            else if (table == Tables.KeyVersion && (i == ParentCell || i == CreatorCell))
                CellPacking.WriteShared(writer, cells[i]);
            else CellPacking.Write(writer, cells[i]);
    }

    private static Key OpenKey(ReadOnlySpan<byte> packed, KeyName name, out ReadOnlySpan<byte> versions)
    {
        versions = BehindName(packed);
        var row = Read(Tables.CryptoKey, FirstKeyCell, name, ref versions);
        row.Cells[FirstKeyCell - 1] = packed[..IdSizeBytes].ToArray();
        return Key.Parse(row);
    }

    private static Row Read(Table table, int first, KeyName name, ref ReadOnlySpan<byte> rest)
    {
        var seq = CellPacking.Read(ref rest).Integer!.Value;
        var cells = new Cell[table.Columns.Count];
        (cells[0], cells[1]) = (name.Project.Value, name.Parent.Parent.Location.Value);
        (cells[2], cells[3]) = (name.Parent.Ring, name.Key);
        var given = CellPacking.ReadNumber(ref rest);
        for (var i = first; i < cells.Length; i++, given >>= 1)
            cells[i] = (given & 1) == 0 ? table.Columns[i].Usual : CellPacking.Read(ref rest);
        return new Row(table, cells, seq, []);
    }

    private static ReadOnlySpan<byte> NameBytesOf(ReadOnlySpan<byte> packed) =>
        packed.Slice(IdSizeBytes + 1, packed[IdSizeBytes]);

    private static byte[] AttributesOf(Key key, Row row)
    {
        var origin = (VersionOrigin)row.Cells[OriginCell].Integer!.Value;
        return KeyVersion.Attributes(key, origin, Micros.Time(row.Cells[CreateTimeCell].Integer!.Value));
    }
}
