using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit;

/// <summary>Lets this node's log be signed by the keys that the store names, once they change. One caller at a
/// time.</summary>
internal sealed class LogKeyFollowing(IAuditLog log)
{
    private long _seq = -1;

    /// <summary>True if other keys sign from now on.</summary>
    public bool Follow(Snapshot snapshot, IKeyHierarchy hierarchy)
    {
        if (log.Tree is not { } tree) return false;
        var rows = LogKeys.Signing(LogKeys.KeysOf(snapshot.SealedKeys.Values, log.Origin)).ToList();
        if (rows.Count == 0 || rows[0].Seq == _seq) return false;
        _seq = rows[0].Seq;
        var signers = rows.ConvertAll(r => hierarchy.OpenLogKey(r.Key, log.Origin));
        if (signers.Select(s => s.Key).SequenceEqual(tree.Keys))
        {
            foreach (var signer in signers) signer.Dispose();
            return false;
        }

        // The keys that signed so far stay open: a checkpoint may be under way with them.
        tree.SignWith(signers);
        return true;
    }
}
