using System.Text;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Cluster;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Server;

/// <summary>Where this node's logs lie below <c>audit/</c>: one folder each, and beside them <c>vkey</c>, by which
/// anyone checks them.</summary>
internal sealed class LogFolders(DataFolder folder)
{
    public string VerifierKeys => folder.In("audit/vkey");

    public string Of(string origin) => folder.In("audit/" + LogKeys.FolderOf(origin));

    public string JournalOf(string origin) => Path.Combine(Of(origin), "journal");

    /// <summary>The log that is written now.</summary>
    public static string CurrentOf(string deployment, string node, IEnumerable<Row> sealedKeys) =>
        LogKeys.Of(sealedKeys.Select(SealedKeyRow.Parse), deployment, node) is [.., var last]
            ? last.Origin
            : LogKeys.OriginOf(deployment, node);

    /// <summary>Writes the keys of all of this node's logs, of earlier ones too, one a line; and those of the other
    /// nodes as its witnesses.</summary>
    public void WriteVerifierKeys(Snapshot snapshot, IKeyHierarchy hierarchy, NodeLogKeys? nodes)
    {
        var text = new StringBuilder();
        foreach (var key in VerifierKeysOf(snapshot, hierarchy)
            .Concat(nodes?.WitnessesOf(folder.NodeName()) ?? [])) text.Append(key).Append('\n');
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (File.Exists(VerifierKeys) && File.ReadAllBytes(VerifierKeys).AsSpan().SequenceEqual(bytes)) return;
        DataFolder.WriteSecret(VerifierKeys, bytes);
    }

    /// <summary>The keys of all of this node's logs, of earlier ones too.</summary>
    public IEnumerable<VerifierKey> VerifierKeysOf(Snapshot snapshot, IKeyHierarchy hierarchy)
    {
        foreach (var (origin, keys) in LogKeys.Of(
            snapshot.SealedKeys.Values, snapshot.Deployment!.Id, folder.NodeName()))
            foreach (var key in keys)
            {
                using var opened = hierarchy.OpenLogKey(key.Key, origin);
                yield return opened.Key;
            }
    }
}
