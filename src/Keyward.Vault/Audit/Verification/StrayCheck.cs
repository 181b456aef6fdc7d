using System.Globalization;
using Keyward.Vault.Audit.Keeping;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit.Verification;

/// <summary>Partial files of earlier checkpoints may lie about, and have to agree with what followed them; files of no
/// tree do not belong below <c>tile/</c>.</summary>
internal sealed class StrayCheck(string folder, long size, long minimumIndex, FaultList faults)
{
    private readonly TreeFolder _source = new(folder);
    private readonly List<(string Path, TileName Name)> _behind = [];

    /// <summary>Where the records end of which there are files; 0 where the checkpoint covers them all.</summary>
    public long Beyond { get; private set; }

    public async Task RunAsync(CancellationToken cancellation)
    {
        var tiles = Path.Combine(folder, "tile");
        if (!Directory.Exists(tiles)) return;
        foreach (var file in Directory.EnumerateFiles(tiles, "*", SearchOption.AllDirectories).Order(
            StringComparer.Ordinal))
        {
            var path = Path.GetRelativePath(folder, file).Replace('\\', '/');
            if (TileName.TryParse(path, out var name)) await CheckAsync(path, name, cancellation).ConfigureAwait(false);
            // A sealed bundle of an archive is read in its place.
            else if (!path.EndsWith(SealedBundles.Ending, StringComparison.Ordinal)
                || !TileName.TryParse(path[..^SealedBundles.Ending.Length], out name) || !name.IsEntries)
                faults.Add(path, null, "The file is no part of a log.");
        }
    }

    /// <summary>What lies behind the checkpoint was written for the next one, of records that the journal has, then
    /// read: such a file of records that are in neither was put there.</summary>
    public void HoldAgainst(long journalEnd)
    {
        foreach (var (path, name) in _behind)
            if (name.FirstIndex >= journalEnd)
                faults.Add(path, null, string.Create(CultureInfo.InvariantCulture,
                    $"The file lies behind the log's last record ({journalEnd - 1})."));
    }

    private async ValueTask CheckAsync(string path, TileName name, CancellationToken cancellation)
    {
        var covered = TilePath.WidthOf(name.HashLevel, name.Number, size);
        if (name.FirstIndex >= size) _behind.Add((path, name));
        if (name.IsEntries && name.Width > covered && name.FirstIndex < long.MaxValue - TilePath.Width)
            Beyond = Math.Max(Beyond, name.FirstIndex + name.Width);
        // Written for a checkpoint that did not come to be, or the checkpoint's own file, which was checked.
        if (name.Width > covered || name.Width == covered || IsPruned(name)) return;
        var bytes = await _source.ReadAsync(path, cancellation).ConfigureAwait(false);
        var whole = await _source.ReadAsync(name.PathOf(covered), cancellation).ConfigureAwait(false)
            ?? await _source.ReadAsync(name.PathOf(TilePath.Width), cancellation).ConfigureAwait(false);
        if (bytes is null || whole is null) return;
        var length = name.IsEntries
            ? Bundle.Read(whole, name.Width, out var end) is null ? -1 : end
            : name.Width * Merkle.HashSizeBytes;
        if (bytes.Length != length || !whole.AsSpan().StartsWith(bytes))
            faults.Add(path, name.IsEntries ? name.Number * TilePath.Width : null,
                string.Create(CultureInfo.InvariantCulture,
                    $"The partial file does not agree with {name.PathOf(covered)}."));
    }

    private bool IsPruned(TileName name) =>
        (name.Number + 1) << (8 * name.HashLevel) <= minimumIndex / TilePath.Width && name.HashLevel == 0;
}
