using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Cluster;

/// <summary>The keys of the logs of all nodes, from the sealed rows of the snapshot. Safe for concurrent use.</summary>
internal sealed class NodeLogKeys(OpenedVault vault)
{
    private volatile Known _known = new(null, []);

    /// <summary>The verifier keys of a log, none where the snapshot has no such log.</summary>
    public IReadOnlyList<VerifierKey> Of(string origin) => All().GetValueOrDefault(origin) ?? [];

    /// <summary>The log that a node writes now; null where it has none yet.</summary>
    public string? OriginOf(string node) => LogsOf(node) is [.., var last] ? last.Origin : null;

    /// <summary>All nodes that ever had a log, with the one that each writes now.</summary>
    public IEnumerable<(string Node, string Origin)> Logs() =>
        All().Keys.Select(LogKeys.NodeOf).OfType<string>().Distinct().Order(StringComparer.Ordinal)
            .Select(n => (n, OriginOf(n)!));

    /// <summary>The key of a node's present log; the caller disposes of it.</summary>
    public INoteSigner? Open(string node) =>
        LogsOf(node) is [.., var last] ? vault.Hierarchy.OpenLogKey(last.Keys[^1].Key, last.Origin) : null;

    /// <summary>The keys of all logs but a node's own, as witnesses'.</summary>
    public IEnumerable<VerifierKey> WitnessesOf(string node) =>
        All().Where(l => LogKeys.NodeOf(l.Key) != node)
            .OrderBy(l => l.Key, StringComparer.Ordinal).SelectMany(l => l.Value).Select(k => k.AsWitness());

    private IReadOnlyList<(string Origin, IReadOnlyList<SealedKeyRow> Keys)> LogsOf(string node) =>
        LogKeys.Of(vault.Snapshot.SealedKeys.Values, vault.Snapshot.Deployment!.Id, node);

    private Dictionary<string, List<VerifierKey>> All()
    {
        var rows = vault.Snapshot.SealedKeys;
        var known = _known;
        if (known.Rows == (object)rows) return known.Keys;
        var keys = new Dictionary<string, List<VerifierKey>>(StringComparer.Ordinal);
        foreach (var row in rows.Values)
        {
            if (row.Key.Binding.Kind != SealKind.AuditKey || !LogKeyName.TryParse(row.Key.Binding.Name, out var name))
                continue;
            using var opened = vault.Hierarchy.OpenLogKey(row.Key, name.Origin);
            if (!keys.TryGetValue(name.Origin, out var list)) keys[name.Origin] = list = [];
            list.Add(opened.Key);
        }

        _known = new Known(rows, keys);
        return keys;
    }

    private sealed record Known(object? Rows, Dictionary<string, List<VerifierKey>> Keys);
}
