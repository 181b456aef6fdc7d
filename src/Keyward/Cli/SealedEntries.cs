using Keyward.Vault.Audit.Tree;

namespace Keyward.Cli;

/// <summary>What a tree holds, read in order, for a log's lines to be held against.</summary>
internal sealed class SealedEntries(string folder, long size)
{
    private readonly TreeReader _reader = new(new TreeFolder(folder));
    private List<ReadOnlyMemory<byte>> _entries = [];
    private long _bundle = -1;

    public async ValueTask CheckAsync(long index, ReadOnlyMemory<byte> line, CancellationToken cancellation)
    {
        if (index / TilePath.Width != _bundle)
        {
            _bundle = index / TilePath.Width;
            _entries = await _reader.EntriesAsync(_bundle, size, cancellation).ConfigureAwait(false);
        }

        if (!_entries[(int)(index % TilePath.Width)].Span.SequenceEqual(line.Span))
            throw new FailedException($"Line {index + 1} is not the one that was sealed.",
                "What was sealed is in the tree; the log was changed since.");
    }
}
