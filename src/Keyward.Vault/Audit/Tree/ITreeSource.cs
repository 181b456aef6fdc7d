namespace Keyward.Vault.Audit.Tree;

/// <summary>Where a log's files are read from: a folder, another machine, memory.</summary>
public interface ITreeSource
{
    /// <summary>The file's bytes, or null where there is none.</summary>
    ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation);

    /// <summary>The same, in the reader's own buffer where the source can write there.</summary>
    async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, ReadBuffer buffer, CancellationToken cancellation) =>
        await ReadAsync(path, cancellation).ConfigureAwait(false) is { } bytes ? (ReadOnlyMemory<byte>?)bytes : null;
}

/// <summary>A file that a proof or a reading needs is missing or too short.</summary>
public sealed class TreeFileException(string path, string wrong) : Exception($"{path} {wrong}")
{
    public string Path { get; } = path;

    /// <summary>What is wrong with the file, said without its name.</summary>
    public string Wrong { get; } = wrong;
}
