using System.Collections.Concurrent;

namespace Keyward.Vault.Storage;

/// <summary>Values that very many keys have in common, such as who made them and the project key that seals them: each
/// is kept once. There are as many as accounts and project keys, so none is ever dropped. Safe for concurrent
/// use.</summary>
internal static class SharedCells
{
    private static readonly ConcurrentDictionary<string, int> Numbers = new(StringComparer.Ordinal);
    private static readonly Lock Growing = new();
    private static Cell[] _cells = new Cell[64];
    private static int _count;

    public static int NumberOf(Cell cell)
    {
        var name = cell.Text is { } text ? "t" + text : "b" + Convert.ToHexString(cell.Bytes ?? []);
        if (Numbers.TryGetValue(name, out var known)) return known;
        lock (Growing)
        {
            if (Numbers.TryGetValue(name, out known)) return known;
            var number = _count++;
            if (number == _cells.Length)
            {
                var grown = new Cell[number * 2];
                _cells.CopyTo(grown, 0);
                Volatile.Write(ref _cells, grown);
            }

            _cells[number] = cell;
            Numbers[name] = number;
            return number;
        }
    }

    public static Cell At(int number) => Volatile.Read(ref _cells)[number];
}
