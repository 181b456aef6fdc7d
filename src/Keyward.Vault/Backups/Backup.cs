using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Backups;

/// <summary>A backup that was begun: the store as of one moment, and this node's log from a checkpoint that was signed
/// after it, so that the log names every change that the store holds and no record waits for it. Everything secret in
/// it is sealed by the root, which is not part of it.</summary>
public sealed class Backup
{
    private const int RowsInPart = 1_000;

    private readonly StoreCopy _copy;
    private readonly ITreeSource _log;
    private readonly byte[] _checkpoint;

    internal Backup(BackupManifest manifest, StoreCopy copy, ITreeSource log, byte[] checkpoint) =>
        (Manifest, _copy, _log, _checkpoint) = (manifest, copy, log, checkpoint);

    internal BackupManifest Manifest { get; }

    /// <summary>The backup's bytes, in pieces. The log's files are read as they go out.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in StoreParts())
        {
            hash.AppendData(part);
            yield return part;
        }

        foreach (var log in Manifest.Logs)
            await foreach (var part in LogPartsAsync(log, cancellation).ConfigureAwait(false))
            {
                hash.AppendData(part);
                yield return part;
            }

        yield return BackupFrame.Make(BackupPart.End, hash.GetHashAndReset());
    }

    private IEnumerable<byte[]> StoreParts()
    {
        yield return BackupFrame.Make(BackupPart.Manifest,
            JsonSerializer.SerializeToUtf8Bytes(Manifest, BackupJson.Default.BackupManifest));
        yield return BackupFrame.Make(BackupPart.Counter, Frame.Of(
            Frame.Number(_copy.Counter.Seq), _copy.Counter.SealedSum, _copy.Counter.Incarnation));
        foreach (var chunk in _copy.Rows.Chunk(RowsInPart))
            yield return BackupFrame.Make(BackupPart.Rows, RowCodec.Encode(chunk));
        foreach (var entry in _copy.Outbox)
            yield return BackupFrame.Make(BackupPart.Outbox, Frame.Of(
                entry.RecordId, Frame.Number(entry.Seq), Frame.Text(entry.Node), entry.Record));
        foreach (var checkpoint in _copy.Checkpoints)
            yield return BackupFrame.Make(BackupPart.Checkpoint, Frame.Of(Frame.Text(checkpoint.Origin),
                Frame.Number(checkpoint.Size), checkpoint.Note, Frame.Number(Micros.Of(checkpoint.Time))));
    }

    private async IAsyncEnumerable<byte[]> LogPartsAsync(
        BackedUpLog log, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var level = 0; TilePath.CountAt(level, log.Size) > 0; level++)
            for (var number = TilePath.HashesAt(level, log.From) / TilePath.Width;
                number < TilePath.CountAt(level, log.Size); number++)
            {
                var width = TilePath.WidthOf(level, number, log.Size);
                yield return FileOf(log, TilePath.Hashes(level, number, width),
                    (await ReadAsync(TilePath.Hashes(level, number, width), TilePath.Hashes(level, number),
                        cancellation).ConfigureAwait(false)
                        ?? throw new IOException("a tile of the audit log is missing"))
                        .AsSpan(0, width * Merkle.HashSizeBytes));
                if (level > 0 || await ReadAsync(TilePath.Entries(number, width), TilePath.Entries(number),
                    cancellation).ConfigureAwait(false) is not { } bundle) continue;
                if (Bundle.Read(bundle, width, out var end) is null)
                    throw new IOException("a bundle of the audit log is cut off");
                yield return FileOf(log, TilePath.Entries(number, width), bundle.AsSpan(0, end));
            }

        if (await _log.ReadAsync(Pruned.FileName, cancellation).ConfigureAwait(false) is { } pruned)
            yield return FileOf(log, Pruned.FileName, pruned);
        yield return FileOf(log, TilePath.Checkpoint, _checkpoint);
    }

    /// <summary>The partial file goes once the full one is there.</summary>
    private async ValueTask<byte[]?> ReadAsync(string partial, string full, CancellationToken cancellation) =>
        await _log.ReadAsync(partial, cancellation).ConfigureAwait(false)
            ?? await _log.ReadAsync(full, cancellation).ConfigureAwait(false);

    private static byte[] FileOf(BackedUpLog log, string path, ReadOnlySpan<byte> bytes) =>
        BackupFrame.Make(BackupPart.LogFile, Frame.Of(Frame.Text(log.Origin), Frame.Text(path), bytes.ToArray()));
}
