using System.Buffers;
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

/// <summary>A key and its versions as one array: their rows' cells behind the names, which the entry knows, and the
/// number of the change that last wrote each row. What a version is bound to is left out where it follows from the
/// rest.</summary>
internal static class PackedKey
{
    public static readonly int FirstKeyCell = Tables.CryptoKey.KeyColumns;
    public static readonly int FirstVersionCell = Tables.KeyVersion.KeyColumns - 1;
    public static readonly int ParentCell = Tables.KeyVersion.IndexOf("parent_key");
    public static readonly int AttributesCell = Tables.KeyVersion.IndexOf("attributes");
    private static readonly int OriginCell = Tables.KeyVersion.IndexOf("origin");
    private static readonly int CreateTimeCell = Tables.KeyVersion.IndexOf("create_time");
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
            var number = VersionGlance.Read(ref rest).Number;
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

    /// <summary>The key's own id, which is its first cell behind the name.</summary>
    public static Guid UuidOf(ReadOnlySpan<byte> packed)
    {
        CellPacking.ReadInteger(ref packed);
        return new Guid(CellPacking.Read(ref packed).Bytes!, bigEndian: true);
    }

    /// <summary>The key alone.</summary>
    public static Key OpenKey(ReadOnlySpan<byte> packed, KeyName name) =>
        Key.Parse(Read(Tables.CryptoKey, FirstKeyCell, name, ref packed));

    public static OpenKey Open(byte[] packed, KeyName name)
    {
        ReadOnlySpan<byte> rest = packed;
        var key = Key.Parse(Read(Tables.CryptoKey, FirstKeyCell, name, ref rest));
        var versions = new List<KeyVersion>(1);
        while (!rest.IsEmpty)
        {
            var row = Read(Tables.KeyVersion, FirstVersionCell, name, ref rest);
            if (row.Cells[AttributesCell].IsNull) row.Cells[AttributesCell] = AttributesOf(key, row);
            versions.Add(KeyVersion.Parse(row, _ => key.Id));
        }

        return new OpenKey(key, [.. versions]);
    }

    private static ArrayBufferWriter<byte> Begin(Key key)
    {
        var writer = _writer ??= new ArrayBufferWriter<byte>(1024);
        writer.ResetWrittenCount();
        CellPacking.Write(writer, key.Seq);
        foreach (var cell in key.ToCells().AsSpan(FirstKeyCell)) CellPacking.Write(writer, cell);
        return writer;
    }

    private static void Write(ArrayBufferWriter<byte> writer, Key key, KeyVersion version)
    {
        var cells = version.ToCells();
        CellPacking.Write(writer, version.Seq);
        for (var i = FirstVersionCell; i < cells.Length; i++)
            if (i == ParentCell || i == CreatorCell) CellPacking.WriteShared(writer, cells[i]);
            else if (i == AttributesCell && cells[i].Bytes.AsSpan().SequenceEqual(
                KeyVersion.Attributes(key, version.Origin, version.CreateTime))) CellPacking.Write(writer, Cell.Null);
            else CellPacking.Write(writer, cells[i]);
    }

    private static Row Read(Table table, int first, KeyName name, ref ReadOnlySpan<byte> rest)
    {
        var seq = CellPacking.Read(ref rest).Integer!.Value;
        var cells = new Cell[table.Columns.Count];
        (cells[0], cells[1]) = (name.Project.Value, name.Parent.Parent.Location.Value);
        (cells[2], cells[3]) = (name.Parent.Ring, name.Key);
        for (var i = first; i < cells.Length; i++) cells[i] = CellPacking.Read(ref rest);
        return new Row(table, cells, seq, []);
    }

    private static byte[] AttributesOf(Key key, Row row)
    {
        var origin = (VersionOrigin)row.Cells[OriginCell].Integer!.Value;
        return KeyVersion.Attributes(key, origin, Micros.Time(row.Cells[CreateTimeCell].Integer!.Value));
    }
}
