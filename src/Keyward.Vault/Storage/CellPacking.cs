using System.Buffers;
using System.Numerics;
using System.Text;

namespace Keyward.Vault.Storage;

/// <summary>Cells in as few bytes as they need, for what is kept in memory and nowhere else: no file and no wire holds
/// this form. A cell begins with a tag; a small number, which most cells hold, is a tag by itself.</summary>
internal static class CellPacking
{
    private const byte Null = 0;
    private const byte Text = 1;
    private const byte Bytes = 2;
    private const byte Shared = 3;
    private const byte Integer = 4;
    private const byte NegativeInteger = 5;

    /// <summary>From here on a tag is a number from 0 up.</summary>
    private const byte FirstSmall = 16;

    public static void Write(ArrayBufferWriter<byte> to, Cell cell)
    {
        if (cell.Text is { } text)
        {
            to.Write([Text]);
            var length = Encoding.UTF8.GetByteCount(text);
            WriteNumber(to, (ulong)length);
            to.Advance(Encoding.UTF8.GetBytes(text, to.GetSpan(length)));
        }
        else if (cell.Bytes is { } bytes)
        {
            to.Write([Bytes]);
            WriteNumber(to, (ulong)bytes.Length);
            to.Write(bytes);
        }
        else if (cell.Integer is not { } integer) to.Write([Null]);
        else if (integer is >= 0 and <= byte.MaxValue - FirstSmall) to.Write([(byte)(integer + FirstSmall)]);
        else
        {
            to.Write([integer < 0 ? NegativeInteger : Integer]);
            WriteNumber(to, integer < 0 ? (ulong)~integer : (ulong)integer);
        }
    }

    /// <summary>A cell whose value many others have too: its number among <see cref="SharedCells"/>.</summary>
    public static void WriteShared(ArrayBufferWriter<byte> to, Cell cell)
    {
        to.Write([Shared]);
        WriteNumber(to, (ulong)SharedCells.NumberOf(cell));
    }

    public static Cell Read(ref ReadOnlySpan<byte> from)
    {
        var tag = Take(ref from, 1)[0];
        return tag switch
        {
            >= FirstSmall => (long)(tag - FirstSmall),
            Text => Encoding.UTF8.GetString(TakeSized(ref from)),
            Bytes => TakeSized(ref from).ToArray(),
            Shared => SharedCells.At((int)ReadNumber(ref from)),
            Integer => (long)ReadNumber(ref from),
            NegativeInteger => ~(long)ReadNumber(ref from),
            _ => Cell.Null,
        };
    }

    /// <summary>The number in a cell, without making anything of cells of other kinds; null for those.</summary>
    public static long? ReadInteger(ref ReadOnlySpan<byte> from)
    {
        var tag = Take(ref from, 1)[0];
        if (tag >= FirstSmall) return tag - FirstSmall;
        if (tag == Integer) return (long)ReadNumber(ref from);
        if (tag == NegativeInteger) return ~(long)ReadNumber(ref from);
        if (tag == Shared) ReadNumber(ref from);
        else if (tag != Null) TakeSized(ref from);
        return null;
    }

    /// <summary>How many bytes a cell of bytes has, without making anything of them.</summary>
    public static int ReadLength(ref ReadOnlySpan<byte> from)
    {
        if (from[0] != Bytes) return Read(ref from).Bytes?.Length ?? 0;
        from = from[1..];
        return TakeSized(ref from).Length;
    }

    public static void WriteNumber(ArrayBufferWriter<byte> to, ulong number)
    {
        var size = Math.Max(1, (BitOperations.Log2(number | 1) / 7) + 1);
        var span = to.GetSpan(size);
        for (var i = 0; i < size; i++, number >>= 7)
            span[i] = (byte)((number & 0x7f) | (i < size - 1 ? 0x80u : 0));
        to.Advance(size);
    }

    public static ulong ReadNumber(ref ReadOnlySpan<byte> from)
    {
        var number = 0UL;
        var i = 0;
        for (; (from[i] & 0x80) != 0; i++) number |= (ulong)(from[i] & 0x7f) << (7 * i);
        number |= (ulong)from[i] << (7 * i);
        from = from[(i + 1)..];
        return number;
    }

    private static ReadOnlySpan<byte> TakeSized(ref ReadOnlySpan<byte> from) =>
        Take(ref from, (int)ReadNumber(ref from));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> from, int size)
    {
        var taken = from[..size];
        from = from[size..];
        return taken;
    }
}
