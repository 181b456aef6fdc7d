using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;

namespace Keyward.Vault.Storage;

/// <summary>Opens the tree behind the log, once its key is there. Before anything is signed, folder, journal and store
/// are held against each other: a log that was put back, exchanged or removed is refused by name, and no checkpoint is
/// signed that does not extend the last one that anyone may have seen.</summary>
internal sealed class LogOpening(
    IStore store, AuditLog log, ITreeFiles files, TimeProvider time, string node)
{
    private const string Advice =
        " Keep the folder as evidence. Put the right log back, or begin a successor: keyward audit succeed.";

    /// <summary>Null once the log is open.</summary>
    public async ValueTask<Refusal?> OpenAsync(
        Snapshot snapshot, IKeyHierarchy hierarchy, CancellationToken cancellation)
    {
        var deployment = snapshot.Deployment!;
        var (_, keys) = LogKeys.Of(snapshot.SealedKeys.Values, deployment.Id, node)
            .FirstOrDefault(l => l.Origin == log.Origin);
        if (keys is null)
            return Damage("log_key_missing", $"The store has no key for the audit log {log.Origin}.");
        var signers = LogKeys.Signing(keys).Select(k => hierarchy.OpenLogKey(k.Key, log.Origin)).ToList();
        try
        {
            var known = (await store.ReadCheckpointsAsync(cancellation).ConfigureAwait(false))
                .FirstOrDefault(c => c.Origin == log.Origin);
            if (known is not null && files.Read(TilePath.Checkpoint) is null)
                return log.Size == 0
                    ? Damage("log_missing",
                        $"The audit log {log.Origin} is missing; the store knows {known.Size} records of it." + Advice)
                    : Damage("log_altered", $"The checkpoint of the audit log {log.Origin} is missing." + Advice);
            var writer = TreeWriter.Open(files, log.Origin, [.. signers.Select(s => s.Key)], hierarchy.CheckNote);
            if (known is not null && await JudgeAsync(known, writer, cancellation).ConfigureAwait(false)
                is { } refusal) return refusal;
            log.BeginTree(writer, files, signers, time);
            return null;
        }
        catch (Exception damaged) when (damaged is AuditDamagedException or TreeFileException)
        {
            return Damage("log_altered", damaged.Message + Advice);
        }
    }

    private async ValueTask<Refusal?> JudgeAsync(
        StoredCheckpoint known, TreeWriter writer, CancellationToken cancellation)
    {
        if (!SignedCheckpoint.TryParse(known.Note, out var stored) || stored.Checkpoint.Origin != log.Origin
            || stored.Checkpoint.Size != known.Size)
            return Damage("store_altered", $"The store's checkpoint of the audit log {log.Origin} was altered.");
        if (writer.Size < known.Size)
            return Damage("log_rolled_back", $"The audit log {log.Origin} ends at {writer.Size}, " +
                $"the store knows {known.Size} records of it: an older log was put back." + Advice);
        var root = await new TreeReader(files).PrefixRootAsync(known.Size, writer.Size, cancellation)
            .ConfigureAwait(false);
        return root.AsSpan().SequenceEqual(stored.Checkpoint.Root)
            ? null
            : Damage("log_altered", $"The first {known.Size} records of the audit log {log.Origin} " +
                "are not those that the store knows: another log was put here." + Advice);
    }

    private static Refusal Damage(string reason, string sentence) =>
        new(RefusalReason.NotReady, sentence + " Nothing is served.", reason);
}
