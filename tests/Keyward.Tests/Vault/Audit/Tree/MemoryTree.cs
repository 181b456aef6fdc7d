using Keyward.Vault.Audit.Tree;

namespace Keyward.Tests.Vault.Audit.Tree;

/// <summary>A log's folder in memory, of which the n-th operation fails, and from which the power can be cut: then what
/// was not flushed is lost, content and names alike.</summary>
internal sealed class MemoryTree : ITreeFiles
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (byte[] Bytes, bool IsFlushed)> _aside = [];
    private readonly Dictionary<string, byte[]?> _durable = [];
    private readonly List<string> _unflushedNames = [];

    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Counts down with every operation; at zero that one fails. Negative: nothing fails.</summary>
    public int FailAfter { get; set; } = -1;

    public int Operations { get; private set; }

    /// <summary>Called before a file gets its name, on the writer's thread.</summary>
    public Action<string>? Publishing { get; set; }

    public byte[]? Read(string path)
    {
        lock (_lock) return Files.GetValueOrDefault(path);
    }

    public ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation) => new(Read(path));

    public void WriteAside(string path, ReadOnlySpan<byte> bytes)
    {
        lock (_lock) _aside[path] = (bytes[..(bytes.Length / 2)].ToArray(), false);
        Step();
        lock (_lock) _aside[path] = (bytes.ToArray(), false);
    }

    public void FlushAside(string path)
    {
        Step();
        lock (_lock) _aside[path] = (_aside[path].Bytes, true);
    }

    public void Publish(string path)
    {
        Publishing?.Invoke(path);
        Step();
        lock (_lock)
        {
            Files[path] = _aside[path].Bytes;
            // A name whose content was never flushed is an empty file after a power cut.
            if (_aside[path].IsFlushed) _unflushedNames.Add(path);
            else _durable[path] = [];
            _aside.Remove(path);
        }
    }

    public void FlushFolders()
    {
        Step();
        lock (_lock)
        {
            foreach (var path in _unflushedNames) _durable[path] = Files[path];
            _unflushedNames.Clear();
        }
    }

    public void Remove(string path)
    {
        Step();
        lock (_lock)
            foreach (var name in Files.Keys.Where(n => n == path || n.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
            {
                Files.Remove(name);
                _durable.Remove(name);
            }
    }

    /// <summary>What the disk has after the power went, with the names in some order of which only the first
    /// <paramref name="survivors"/> that were not flushed got there.</summary>
    public MemoryTree CutPower(int survivors)
    {
        var after = new MemoryTree();
        lock (_lock)
        {
            foreach (var (path, bytes) in _durable) if (bytes is not null) after.Files[path] = bytes;
            foreach (var path in _unflushedNames.Take(survivors)) after.Files[path] = Files[path];
            foreach (var (path, bytes) in after.Files) after._durable[path] = bytes;
        }

        return after;
    }

    private void Step()
    {
        Operations++;
        if (FailAfter < 0) return;
        if (FailAfter-- > 0) return;
        throw new IOException("No space left on device");
    }
}
