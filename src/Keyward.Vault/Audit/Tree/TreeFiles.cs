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

    /// <summary>Written and not flushed: open until then, since opening costs as much as writing.</summary>
    private readonly Dictionary<string, FileStream> _written = [];

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
        if (_written.Remove(path, out var left)) left.Dispose();
        var file = new FileStream(AsideOf(path), new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerFile, BufferSize = 0,
            // The folder's lock keeps others away: none for each file.
            Share = FileShare.ReadWrite,
        });
        _written[path] = file;
        file.Write(bytes);
    }

    public void FlushAside(string path)
    {
        if (!_written.Remove(path, out var file)) throw new FileNotFoundException("Nothing was written aside.", path);
        using (file) file.Flush(flushToDisk: true);
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
        // What an attempt that failed has left open.
        foreach (var file in _written.Values) file.Dispose();
        _written.Clear();
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
