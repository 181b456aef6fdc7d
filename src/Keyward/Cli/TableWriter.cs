namespace Keyward.Cli;

/// <summary>Tables without frames: two blanks between columns, nothing wrapped, so that grep finds whole
/// names.</summary>
internal static class TableWriter
{
    public static IEnumerable<string> Lines(IEnumerable<string> heading, IEnumerable<IEnumerable<string>> rows)
    {
        var cells = rows.Select(r => r.ToArray()).Prepend([.. heading]).ToArray();
        var widths = Enumerable.Range(0, cells[0].Length).Select(c => cells.Max(r => r[c].Length)).ToArray();
        return cells.Select(row => string.Join("  ", row.Select((cell, c) =>
            c == row.Length - 1 ? cell : cell.PadRight(widths[c]))).TrimEnd());
    }
}
