namespace Keyward.Vault.Audit.Tree;

/// <summary>A log's folder, for reading only: nothing is made, nothing removed.</summary>
public sealed class TreeFolder(string folder) : ITreeSource
{
    public ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation) => new(Read(folder, path));

    public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(
        string path, ReadBuffer buffer, CancellationToken cancellation) => new(Read(folder, path, buffer));

    internal static byte[]? Read(string folder, string path)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, path));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    internal static ReadOnlyMemory<byte>? Read(string folder, string path, ReadBuffer buffer)
    {
        try
        {
            using var file = File.OpenHandle(Path.Combine(folder, path));
            var bytes = buffer.Take(checked((int)RandomAccess.GetLength(file)));
            var read = 0;
            while (read < bytes.Length && RandomAccess.Read(file, bytes.Span[read..], read) is > 0 and var more)
                read += more;
            return bytes[..read];
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
