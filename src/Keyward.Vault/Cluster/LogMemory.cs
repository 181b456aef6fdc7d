using System.Globalization;
using Keyward.Vault.Names;

namespace Keyward.Vault.Cluster;

/// <summary>Up to which size and root a node knows each log; kept in its own data folder, where a store that is put
/// back cannot reach it. Not thread-safe.</summary>
internal sealed class LogMemory
{
    private readonly string _incarnation;
    private readonly Dictionary<string, (long Size, string Root)> _logs = new(StringComparer.Ordinal);

    /// <param name="incarnation">Which store it is: a restored one may rightly know less.</param>
    /// <param name="text">What <see cref="ToText"/> gave; null or of another store for none.</param>
    public LogMemory(byte[] incarnation, string? text)
    {
        _incarnation = Convert.ToHexString(incarnation);
        var lines = (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0] != _incarnation) return;
        foreach (var line in lines.Skip(1))
            if (line.Split(' ') is [var size, var root, var origin]
                && DecimalNumber.TryParse(size, out long number))
                _logs[origin] = (number, root);
    }

    /// <summary>Whether <see cref="ToText"/> is another than the one that was kept.</summary>
    public bool HasChanged { get; private set; }

    public IEnumerable<KeyValuePair<string, (long Size, string Root)>> Logs => _logs;

    public (long Size, string Root)? Of(string origin) =>
        _logs.TryGetValue(origin, out var known) ? known : null;

    public void Keep(string origin, long size, ReadOnlySpan<byte> root) =>
        (_logs[origin], HasChanged) = ((size, Convert.ToHexString(root)), true);

    /// <summary>What <see cref="ToText"/> gave is on disk.</summary>
    public void Kept() => HasChanged = false;

    public string ToText()
    {
        var lines = _logs.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => string.Create(
            CultureInfo.InvariantCulture, $"{s.Value.Size} {s.Value.Root} {s.Key}"));
        return string.Join('\n', lines.Prepend(_incarnation)) + "\n";
    }
}
