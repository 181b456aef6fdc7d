using System.Globalization;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit;

/// <summary>A log's signing key as the store names it: <c>ORIGIN#NUMBER</c>, counted up with each rotation.</summary>
internal readonly record struct LogKeyName(string Origin, int Number)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Origin}#{Number}");

    public static bool TryParse(string text, out LogKeyName name)
    {
        name = default;
        var split = text.LastIndexOf('#');
        if (split <= 0 || !DecimalNumber.TryParse(text.AsSpan(split + 1), out int number)) return false;
        name = new LogKeyName(text[..split], number);
        return true;
    }
}

/// <summary>Which logs a node has, told by their keys' rows: the first is <c>keyward/DEPLOYMENT/NODE</c>, a successor
/// of a lost one ends in <c>/2</c>, <c>/3</c> and so on. The last is the one that is written.</summary>
internal static class LogKeys
{
    /// <summary>A checkpoint is signed by the newest key and by the one before it, so that who holds only the older
    /// verifier key has one rotation's time to get the newer.</summary>
    private const int SigningKeys = 2;

    public static string OriginOf(string deploymentId, string node, int succession = 1) => string.Create(
        CultureInfo.InvariantCulture, $"keyward/{deploymentId}/{node}{(succession > 1 ? $"/{succession}" : "")}");

    /// <summary>The folder below <c>audit/</c> in which a log of this deployment lies.</summary>
    public static string FolderOf(string origin) => string.Join('.', origin.Split('/').Skip(2));

    /// <summary>The node that writes a log; null where it is no log of ours.</summary>
    public static string? NodeOf(string origin) => origin.Split('/') is [_, _, var node, ..] ? node : null;

    /// <summary>This node's logs, the oldest first, each with its keys, the oldest first.</summary>
    public static IReadOnlyList<(string Origin, IReadOnlyList<SealedKeyRow> Keys)> Of(
        IEnumerable<SealedKeyRow> rows, string deploymentId, string node)
    {
        var first = OriginOf(deploymentId, node);
        var logs = new SortedDictionary<int, List<(int Number, SealedKeyRow Row)>>();
        foreach (var row in rows.Where(r => r.Key.Binding.Kind == SealKind.AuditKey))
        {
            if (!LogKeyName.TryParse(row.Key.Binding.Name, out var name)
                || SuccessionOf(name.Origin, first) is not { } succession) continue;
            if (!logs.TryGetValue(succession, out var keys)) logs[succession] = keys = [];
            keys.Add((name.Number, row));
        }

        return [.. logs.Select(l => (OriginOf(deploymentId, node, l.Key),
            (IReadOnlyList<SealedKeyRow>)[.. l.Value.OrderBy(k => k.Number).Select(k => k.Row)]))];
    }

    /// <summary>The log that a node's next one will be, and the one before it; null where it has had none.</summary>
    public static (string Origin, string? Predecessor) NextOf(
        IEnumerable<SealedKeyRow> rows, string deploymentId, string node)
    {
        var logs = Of(rows, deploymentId, node);
        if (logs.Count == 0) return (OriginOf(deploymentId, node), null);
        var last = logs[^1].Origin;
        return (OriginOf(deploymentId, node, SuccessionOf(last) + 1), last);
    }

    /// <summary>The keys of one log, the oldest first.</summary>
    public static IReadOnlyList<SealedKeyRow> KeysOf(IEnumerable<SealedKeyRow> rows, string origin) =>
        [.. Numbered(rows, origin).OrderBy(k => k.Number).Select(k => k.Row)];

    /// <summary>The number of a log's newest key; null where there is no such log.</summary>
    public static int? NewestOf(IEnumerable<SealedKeyRow> rows, string origin) =>
        Numbered(rows, origin).Select(k => (int?)k.Number).Max();

    /// <summary>The keys by which a log's next checkpoint is signed, the newest first.</summary>
    public static IEnumerable<SealedKeyRow> Signing(IReadOnlyList<SealedKeyRow> keys) =>
        keys.Reverse().Take(SigningKeys);

    private static IEnumerable<(int Number, SealedKeyRow Row)> Numbered(IEnumerable<SealedKeyRow> rows, string origin)
    {
        foreach (var row in rows)
            if (row.Key.Binding.Kind == SealKind.AuditKey && LogKeyName.TryParse(row.Key.Binding.Name, out var name)
                && name.Origin == origin) yield return (name.Number, row);
    }

    /// <summary>How many logs a node had up to this one.</summary>
    public static int SuccessionOf(string origin) => origin.Split('/') is [_, _, _, var number]
        ? int.Parse(number, CultureInfo.InvariantCulture) : 1;

    private static int? SuccessionOf(string origin, string first)
    {
        if (origin == first) return 1;
        return origin.StartsWith(first + "/", StringComparison.Ordinal)
            && DecimalNumber.TryParse(origin.AsSpan(first.Length + 1), out int number)
            && number > 1 ? number : null;
    }
}
