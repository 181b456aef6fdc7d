namespace Keyward.Vault.Audit.Tree;

/// <summary>The file operations of the tree's writer, few enough that each can be made to fail in a test. A file is
/// written aside, flushed, moved to its name, and its folder flushed: it is there whole or not at all. Failures are
/// <see cref="IOException"/>. Reading is safe for concurrent use, the rest belongs to one writer.</summary>
internal interface ITreeFiles : ITreeSource
{
    byte[]? Read(string path);

    void WriteAside(string path, ReadOnlySpan<byte> bytes);

    void FlushAside(string path);

    /// <summary>Moves what was written aside to its name, over what is there.</summary>
    void Publish(string path);

    /// <summary>Makes every name that was published since the last call durable.</summary>
    void FlushFolders();

    /// <summary>Removes a file, or a folder with the files in it; nothing where there is none.</summary>
    void Remove(string path);
}
