using Keyward.Vault.Audit;

namespace Keyward.Tests.Vault.Audit;

/// <summary>The journal's files in memory, of which the n-th write or flush fails; what was not flushed can be lost.</summary>
internal sealed class FaultyFiles : IJournalFiles
{
    private readonly Lock _lock = new();
    private byte[]? _retired;

    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Counts down with every write and flush; at zero that operation fails. Negative: nothing fails.</summary>
    public int FailAfter { get; set; } = -1;

    public bool KeepsFailing { get; set; }

    public long FreeBytes { get; set; } = long.MaxValue;

    /// <summary>How many zeros are written ahead.</summary>
    public int Ahead { get; set; }

    /// <summary>The length up to which the file that is written was flushed.</summary>
    public long Flushed { get; private set; }

    public IReadOnlyList<string> List()
    {
        lock (_lock) return [.. Files.Keys.Order(StringComparer.Ordinal)];
    }

    public byte[] Read(string name, long offset, int length)
    {
        lock (_lock)
        {
            var bytes = Files[name];
            var from = (int)Math.Min(offset, bytes.Length);
            return bytes[from..(int)Math.Min(offset + length, bytes.Length)];
        }
    }

    public int ReadInto(string name, long offset, Span<byte> destination)
    {
        var bytes = Read(name, offset, destination.Length);
        bytes.CopyTo(destination);
        return bytes.Length;
    }

    public long LengthOf(string name)
    {
        lock (_lock) return Files[name].Length;
    }

    public IJournalFile Create(string name, ReadOnlySpan<byte> header)
    {
        Step();
        lock (_lock)
        {
            Files[name] = [.. header, .. _retired?[header.Length..] ?? []];
            _retired = null;
        }

        return Open(name, header.Length);
    }

    public IJournalFile Open(string name, long end) => new Opened(this, name, end);

    public void Retire(string name)
    {
        lock (_lock)
        {
            Files.Remove(name, out var bytes);
            _retired ??= bytes;
        }
    }

    public void RemoveRetired()
    {
        lock (_lock) _retired = null;
    }

    private void Step()
    {
        if (FailAfter < 0) return;
        if (FailAfter > 0)
        {
            FailAfter--;
            return;
        }

        if (!KeepsFailing) FailAfter = -1;
        throw new IOException("No space left on device");
    }

    private sealed class Opened(FaultyFiles files, string name, long end) : IJournalFile
    {
        public long Length { get; private set; } = end;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            try
            {
                files.Step();
            }
            catch (IOException)
            {
                // A failed write leaves a part of itself behind, as a full disk does.
                Put(bytes[..(bytes.Length / 2)]);
                throw;
            }

            Put(bytes);
        }

        public void Flush()
        {
            files.Step();
            files.Flushed = Length;
        }

        public void Truncate(long length)
        {
            lock (files._lock) files.Files[name] = files.Files[name][..(int)length];
            Length = length;
        }

        public void Dispose()
        {
        }

        private void Put(ReadOnlySpan<byte> bytes)
        {
            lock (files._lock)
            {
                var old = files.Files[name];
                var end = (int)Length + bytes.Length;
                byte[] behind = end < old.Length ? old[end..] : new byte[files.Ahead];
                files.Files[name] = [.. old[..(int)Length], .. bytes, .. behind];
            }

            Length += bytes.Length;
        }
    }
}
