using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Verification;

namespace Keyward.Vault.Audit.Keeping;

/// <summary>A log's archive: the bundles that were pruned, all hashes above them, and a checkpoint, laid out as the log
/// itself, so that whoever reads logs reads archives. The file <c>archived</c> says how many records it has.</summary>
internal static class LogArchive
{
    public const string FileName = "archived";

    /// <summary>Writes what is between two indexes and flushes it, then reads it back and proves every record of it
    /// against the checkpoint. Gives the digest over the bundles. Failures are <see cref="IOException"/>.</summary>
    /// <param name="seal">Encrypts the records; null for an archive in clear.</param>
    public static async ValueTask<byte[]> AddAsync(ITreeSource log, ITreeFiles archive, long from, long to,
        SignedCheckpoint signed, Func<ReadOnlyMemory<byte>, byte[]>? seal, CancellationToken cancellation)
    {
        var sealing = seal is null ? null : new SealedBundles(log, archive, seal);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var bundle = from / TilePath.Width; bundle < to / TilePath.Width; bundle++)
        {
            var entries = await ReadAsync(log, TilePath.Entries(bundle), cancellation).ConfigureAwait(false);
            Put(archive, TilePath.Entries(bundle), entries, sealing);
            await CopyAsync(log, archive, TilePath.Hashes(0, bundle), cancellation).ConfigureAwait(false);
            digest.AppendData(SHA256.HashData(entries));
        }

        await CopyHashesAsync(log, archive, signed.Checkpoint.Size, cancellation).ConfigureAwait(false);
        Put(archive, TilePath.Checkpoint, signed.Note.ToBytes());
        Put(archive, FileName, Encoding.ASCII.GetBytes(to.ToString(CultureInfo.InvariantCulture) + "\n"));
        archive.FlushFolders();
        await foreach (var wrong in FaultsAsync(
            (ITreeSource?)sealing ?? archive, from, to, signed.Checkpoint, cancellation).ConfigureAwait(false))
            throw new IOException($"The archive does not hold. {wrong.Path}: {wrong.Sentence}");
        return digest.GetHashAndReset();
    }

    /// <summary>What is wrong with the records between two indexes of an archive, bundle by bundle.</summary>
    public static async IAsyncEnumerable<LogFault> FaultsAsync(ITreeSource archive, long from, long to,
        Checkpoint checkpoint, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = new TreeReader(archive);
        for (var bundle = from / TilePath.Width; bundle < to / TilePath.Width; bundle++)
            if (await FaultAsync(reader, bundle * TilePath.Width, checkpoint, cancellation).ConfigureAwait(false)
                is { } fault) yield return fault;
    }

    /// <summary>A proof of one record holds the hashes of all others of its bundle: with each record equal to its hash
    /// the whole bundle is proven.</summary>
    private static async ValueTask<LogFault?> FaultAsync(
        TreeReader reader, long first, Checkpoint checkpoint, CancellationToken cancellation)
    {
        try
        {
            return await HoldsAsync(reader, first, checkpoint, cancellation).ConfigureAwait(false)
                ? null
                : new LogFault(TilePath.Entries(first / TilePath.Width), first, string.Create(
                    CultureInfo.InvariantCulture, $"Records {first} to {first + TilePath.Width - 1} are not those ") +
                    "that were logged, or the hashes that prove them were altered.");
        }
        catch (TreeFileException wrong)
        {
            return new LogFault(wrong.Path, first, $"The file {wrong.Wrong}");
        }
    }

    private static async ValueTask<bool> HoldsAsync(
        TreeReader reader, long first, Checkpoint checkpoint, CancellationToken cancellation)
    {
        var (bundle, size) = (first / TilePath.Width, checkpoint.Size);
        var entries = await reader.EntriesAsync(bundle, first + TilePath.Width, cancellation).ConfigureAwait(false);
        var tile = await reader.TileAsync(0, bundle, size, cancellation).ConfigureAwait(false);
        for (var i = 0; i < entries.Count; i++)
            if (!Merkle.HashLeaf(entries[i].Span).AsSpan().SequenceEqual(
                tile.AsSpan(i * Merkle.HashSizeBytes, Merkle.HashSizeBytes))) return false;
        var proof = await reader.InclusionAsync(first, size, cancellation).ConfigureAwait(false);
        return TreeProof.RootOf(first, size, tile.AsSpan(0, Merkle.HashSizeBytes), proof) is { } root
            && root.AsSpan().SequenceEqual(checkpoint.Root);
    }

    /// <summary>All tiles above the records', and the records' last one, which proofs need too.</summary>
    private static async ValueTask CopyHashesAsync(
        ITreeSource log, ITreeFiles archive, long size, CancellationToken cancellation)
    {
        for (var level = 0; TilePath.HashesAt(level, size) > 0; level++)
        {
            var count = TilePath.CountAt(level, size);
            for (var number = level == 0 ? count - 1 : 0; number < count; number++)
            {
                var width = TilePath.WidthOf(level, number, size);
                var path = TilePath.Hashes(level, number, width);
                if (archive.Read(path) is null || width < TilePath.Width)
                    await CopyAsync(log, archive, path, cancellation, TilePath.Hashes(level, number))
                        .ConfigureAwait(false);
            }
        }
    }

    private static async ValueTask CopyAsync(
        ITreeSource log, ITreeFiles archive, string path, CancellationToken cancellation, string? instead = null)
    {
        var bytes = await log.ReadAsync(path, cancellation).ConfigureAwait(false);
        if (bytes is null && instead is not null)
            (path, bytes) = (instead, await log.ReadAsync(instead, cancellation).ConfigureAwait(false));
        Put(archive, path, bytes ?? throw Missing(path));
    }

    private static async ValueTask<byte[]> ReadAsync(ITreeSource log, string path, CancellationToken cancellation) =>
        await log.ReadAsync(path, cancellation).ConfigureAwait(false) ?? throw Missing(path);

    private static IOException Missing(string path) => new($"{path} cannot be archived: it is missing");

    private static void Put(ITreeFiles archive, string path, byte[] entries, SealedBundles? sealing)
    {
        if (sealing is null) Put(archive, path, entries);
        else Put(archive, path + SealedBundles.Ending, sealing.Seal(path, entries));
    }

    private static void Put(ITreeFiles archive, string path, byte[] bytes)
    {
        archive.WriteAside(path, bytes);
        archive.FlushAside(path);
        archive.Publish(path);
    }
}
