using Keyward.Keystores.Age;
using Keyward.Keystores.Root;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Verification;
using Keyward.Vault.Backups;
using Keyward.Vault.Storage;

namespace Keyward.Server.Recovery;

/// <summary>Backups that were decrypted and read through: the newest one's store, and the logs of all of them together
/// in a folder of their own, which goes with this object unless it was moved away.</summary>
internal sealed class StagedBackup : IDisposable
{
    private readonly string _folder;
    private readonly Dictionary<string, TreeFiles> _logs = new(StringComparer.Ordinal);

    private StagedBackup(string folder) => _folder = folder;

    public BackupManifest Manifest { get; private set; } = null!;

    public StoreCopy Store { get; private set; } = null!;

    /// <summary>Where a log's files lie.</summary>
    public string FolderOf(string origin) => Path.Combine(_folder, LogKeys.FolderOf(origin));

    /// <summary>Reads a whole backup and those that build on it, in order. What does not fit is an <see
    /// cref="InvalidDataException"/>.</summary>
    public static StagedBackup Open(
        IReadOnlyList<string> files, IReadOnlyList<AgeIdentity> identities, string folder)
    {
        var staged = new StagedBackup(folder);
        try
        {
            foreach (var file in files) staged.Read(file, identities);
            return staged;
        }
        catch (InvalidDataException)
        {
            staged.Dispose();
            throw;
        }
    }

    /// <summary>Checks each log against its own signed checkpoint, by its tree alone or, where keys are known, whole.
    /// Gives how many records name a change after the store's.</summary>
    public async Task<long> VerifyLogsAsync(IReadOnlyList<VerifierKey>? keys, CancellationToken cancellation)
    {
        var later = 0L;
        foreach (var log in Manifest.Logs)
        {
            var folder = FolderOf(log.Origin);
            if (keys is not null)
            {
                var report = await new LogVerifier(keys, NoteSigner.IsGood)
                    .VerifyFolderAsync(folder, log.Origin, cancellation).ConfigureAwait(false);
                if (report.Faults is [var fault, ..])
                    throw new InvalidDataException(
                        $"The backup's log {log.Origin} does not hold: {fault.Path}: {fault.Sentence}");
            }

            var source = new TreeFolder(folder);
            var bytes = await source.ReadAsync(TilePath.Checkpoint, cancellation).ConfigureAwait(false) ?? [];
            var reader = new TreeReader(source);
            if (!SignedCheckpoint.TryParse(bytes, out var signed) || signed.Checkpoint.Size != log.Size
                || !(await reader.RootAsync(log.Size, cancellation).ConfigureAwait(false))
                    .AsSpan().SequenceEqual(signed.Checkpoint.Root))
                throw new InvalidDataException($"The backup's log {log.Origin} does not lead to its checkpoint.");
            later += await CountLaterAsync(reader, log, cancellation).ConfigureAwait(false);
        }

        return later;
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private async Task<long> CountLaterAsync(TreeReader reader, BackedUpLog log, CancellationToken cancellation)
    {
        var later = 0L;
        // They stand at the log's end: the store was read just before.
        for (var bundle = TilePath.CountAt(0, log.Size) - 1; bundle >= 0; bundle--)
        {
            var entries = await reader.EntriesAsync(bundle, log.Size, cancellation).ConfigureAwait(false);
            var marks = entries.Select(e => RecordFields.MarkOf(e.Span)?.Seq).OfType<long>().ToList();
            later += marks.Count(s => s > Store.Counter.Seq);
            if (marks.Count > 0 && marks.Min() <= Store.Counter.Seq) break;
        }

        return later;
    }

    private void Read(string file, IReadOnlyList<AgeIdentity> identities)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        using var reader = new AgeReader(stream, identities);
        var (manifest, store) = BackupReader.Read(reader.TryReadExactly, Take);
        var before = (BackupManifest?)Manifest;
        if (before?.Id != manifest.Base)
            throw new InvalidDataException(before is null
                ? $"{file} builds on the backup {manifest.Base}: name that one before it."
                : $"{file} does not build on the backup {before.Id} before it.");
        (Manifest, Store) = (manifest, store);
    }

    private void Take(string origin, string path, ReadOnlySpan<byte> bytes)
    {
        if (!VerifierKey.IsName(origin) || !origin.StartsWith("keyward/", StringComparison.Ordinal)
            || origin.Split('/').Any(p => p is "" or "." or "..")
            || (!TileName.TryParse(path, out var name) && path is not (TilePath.Checkpoint or Pruned.FileName)))
            throw new InvalidDataException("The backup holds a file of a log that has no place.");
        if (!_logs.TryGetValue(origin, out var files))
        {
            DataFolder.MakeOwned(_folder);
            _logs[origin] = files = new TreeFiles(FolderOf(origin));
        }

        // An earlier backup's partial tile gives way to a fuller one.
        if (name.Width > 0) files.Remove(TilePath.PartialFolder(name.PathOf(TilePath.Width)));
        files.WriteAside(path, bytes);
        files.FlushAside(path);
        files.Publish(path);
        files.FlushFolders();
    }
}
