namespace Keyward.Vault.Audit.Tree;

/// <summary>A log's folder, for reading only: nothing is made, nothing removed.</summary>
public sealed class TreeFolder(string folder) : ITreeSource
{
    public ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation) => new(Read(folder, path));

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
}
