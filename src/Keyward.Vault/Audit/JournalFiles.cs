using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Keyward.Vault.Audit;

/// <summary>The journal's files on disk: mode 0600 in a folder of mode 0700.</summary>
internal sealed class JournalFiles : IJournalFiles
{
    /// <summary>A segment that was given back. No name of a segment, so that nobody reads it.</summary>
    private const string RetiredName = "retired";

    private readonly Lock _retiring = new();
    private readonly string _folder;
    private readonly DriveInfo _drive;

    public JournalFiles(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(
            folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _drive = new DriveInfo(folder);
    }

    public long FreeBytes => _drive.AvailableFreeSpace;

    public IReadOnlyList<string> List() =>
        [.. Directory.GetFiles(_folder, "*.journal").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    public long LengthOf(string name) => new FileInfo(Path.Combine(_folder, name)).Length;

    public byte[] Read(string name, long offset, int length)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        var read = ReadInto(name, offset, bytes);
        return read == length ? bytes : bytes[..read];
    }

    public int ReadInto(string name, long offset, Span<byte> destination)
    {
        using var handle = File.OpenHandle(
            Path.Combine(_folder, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var read = 0;
        while (read < destination.Length)
        {
            var count = RandomAccess.Read(handle, destination[read..], offset + read);
            if (count == 0) break;
            read += count;
        }

        return read;
    }

    public IJournalFile Create(string name, ReadOnlySpan<byte> header)
    {
        lock (_retiring)
        {
            var retired = Path.Combine(_folder, RetiredName);
            var isUsedAgain = File.Exists(retired);
            var made = isUsedAgain ? retired : Path.Combine(_folder, name);
            Write(made, isUsedAgain ? FileMode.Open : FileMode.Create, header);
            if (isUsedAgain) File.Move(retired, Path.Combine(_folder, name), overwrite: true);
        }

        Native.FlushFolder(_folder);
        return Open(name, header.Length);
    }

    public IJournalFile Open(string name, long end) => new JournalFile(Path.Combine(_folder, name), end);

    public void Retire(string name)
    {
        lock (_retiring)
        {
            var retired = Path.Combine(_folder, RetiredName);
            if (File.Exists(retired)) File.Delete(Path.Combine(_folder, name));
            else File.Move(Path.Combine(_folder, name), retired);
        }
    }

    public void RemoveRetired()
    {
        lock (_retiring) File.Delete(Path.Combine(_folder, RetiredName));
    }

    private static void Write(string path, FileMode mode, ReadOnlySpan<byte> header)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (mode == FileMode.Create) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(header);
        file.Flush(flushToDisk: true);
    }

    /// <summary>A file that was used before has its blocks; in a new one zeros are written ahead of the entries. A
    /// flush of bytes in blocks that the file has already is one write of the disk; one that also makes the file longer
    /// has to wait for the file system's own notes, twice as long on most.</summary>
    private sealed class JournalFile(string path, long end) : IJournalFile
    {
        private const int AheadSizeBytes = 256 * 1024;

        private static readonly byte[] Zeros = new byte[AheadSizeBytes];

        private readonly SafeFileHandle _handle =
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);

        private long _fileLength = new FileInfo(path).Length;

        public long Length { get; private set; } = end;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            RandomAccess.Write(_handle, bytes, Length);
            Length += bytes.Length;
            if (Length <= _fileLength) return;
            RandomAccess.Write(_handle, Zeros, Length);
            _fileLength = Length + AheadSizeBytes;
        }

        // fdatasync flushes the bytes and the length, which is all that reading them back needs.
        public void Flush()
        {
            if (!OperatingSystem.IsLinux()) RandomAccess.FlushToDisk(_handle);
            else if (Native.Fdatasync(_handle) != 0)
                throw new IOException($"fdatasync failed: error {Marshal.GetLastPInvokeError()}.");
        }

        public void Truncate(long length)
        {
            RandomAccess.SetLength(_handle, length);
            Length = _fileLength = length;
            Flush();
        }

        public void Dispose()
        {
            try
            {
                RandomAccess.SetLength(_handle, Length);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Then the zeros stay, as they do after a crash.
            }

            _handle.Dispose();
        }
    }
}

internal static partial class Native
{
    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int Fdatasync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle handle);

    /// <summary>A file's name is durable only when its folder is.</summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        using var handle = OpenFolder(path);
        if (Fsync(handle) != 0) throw new IOException($"The folder {path} could not be flushed.");
    }

    /// <summary>Folders cannot be opened by the platform's own file API.</summary>
    private static SafeFileHandle OpenFolder(string path)
    {
        var handle = Open(path, 0);
        return handle >= 0
            ? new SafeFileHandle(handle, ownsHandle: true)
            : throw new IOException($"The folder {path} could not be opened.");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
