namespace Keyward.Vault.Audit.Tree;

/// <summary>A log's folder on disk: files of mode 0600 in folders of mode 0700. What is being written lies in
/// <c>tmp</c>, which is emptied at each opening.</summary>
internal sealed class TreeFiles : ITreeFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    private readonly string _folder;
    private readonly string _aside;
    private readonly HashSet<string> _unflushed = [];

    public TreeFiles(string folder)
    {
        (_folder, _aside) = (folder, Path.Combine(folder, "tmp"));
        Directory.CreateDirectory(folder, OwnerFolder);
        if (Directory.Exists(_aside)) Directory.Delete(_aside, recursive: true);
        Directory.CreateDirectory(_aside, OwnerFolder);
    }

    public byte[]? Read(string path) => TreeFolder.Read(_folder, path);

    public ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation) => new(Read(path));

    public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(
        string path, ReadBuffer buffer, CancellationToken cancellation) => new(TreeFolder.Read(_folder, path, buffer));

    public void WriteAside(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = new FileStream(AsideOf(path), new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerFile, BufferSize = 0,
        });
        file.Write(bytes);
    }

    public void FlushAside(string path)
    {
        using var handle = File.OpenHandle(AsideOf(path), FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    public void Publish(string path)
    {
        var place = Path.Combine(_folder, path);
        MakeFolder(Path.GetDirectoryName(place)!);
        File.Move(AsideOf(path), place, overwrite: true);
        _unflushed.Add(Path.GetDirectoryName(place)!);
    }

    public void FlushFolders()
    {
        foreach (var folder in _unflushed) Native.FlushFolder(folder);
        _unflushed.Clear();
    }

    public void Remove(string path)
    {
        var place = Path.Combine(_folder, path);
        if (Directory.Exists(place)) Directory.Delete(place, recursive: true);
        else if (File.Exists(place)) File.Delete(place);
    }

    /// <summary>A new folder's name is durable only when the folder above is flushed too.</summary>
    private void MakeFolder(string folder)
    {
        if (Directory.Exists(folder)) return;
        var above = Path.GetDirectoryName(folder)!;
        MakeFolder(above);
        Directory.CreateDirectory(folder, OwnerFolder);
        _unflushed.Add(above);
    }

    private string AsideOf(string path) => Path.Combine(_aside, path.Replace('/', '_'));
}
