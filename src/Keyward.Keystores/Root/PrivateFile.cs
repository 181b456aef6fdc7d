using System.Runtime.InteropServices;
using Keyward.Keystores.Material;
using Microsoft.Win32.SafeHandles;

namespace Keyward.Keystores.Root;

/// <summary>Files that their owner alone may read: written whole or not at all, and refused when others can read
/// them.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const uint SuperUser = 0;

    /// <summary>Makes a file that must not exist. It is on disk, with its folder's entry, when this returns; a crash
    /// before leaves nothing under that name.</summary>
    public static void Create(string path, ReadOnlySpan<byte> content)
    {
        if (File.Exists(path)) throw new IOException($"{path} exists already.");
        var draft = path + ".new";
        File.Delete(draft);
        WriteNew(draft, content);
        File.Move(draft, path, overwrite: false);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Puts a file in another one's place, which stays beside it as <c>PATH.old</c>. A crash in between leaves
    /// one of the two under the name, whole.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var draft = path + ".new";
        File.Delete(draft);
        WriteNew(draft, content);
        // Copied, not moved: the name is never without a file.
        File.Copy(path, path + ".old", overwrite: true);
        File.Move(draft, path, overwrite: true);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Opens a file for reading and judges the opened file, not the name, which could be another a moment
    /// later. <paramref name="what"/> is how a sentence calls it.</summary>
    public static FileStream Open(string path, string what)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RootUnavailableException($"There is no {what} at {path}.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RootUnavailableException($"The {what} {path} cannot be read: {failure.Message}");
        }

        try
        {
            if (WhyNot(path, what, File.GetUnixFileMode(file.SafeFileHandle), OwnerOf(file.SafeFileHandle),
                OperatingSystem.IsLinux() ? Libc.geteuid() : null) is { } sentence)
                throw new RootUnavailableException(sentence);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A file of the super-user's is as good as one's own: he reads everything anyway, and it is he who says
    /// which group may read it besides. Orchestrators show secrets to a process so: root's, 0440, its group.</summary>
    internal static string? WhyNot(string path, string what, UnixFileMode mode, uint? owner, uint? self)
    {
        var allowed = OwnerOnly | UnixFileMode.UserExecute;
        if (owner == SuperUser && self != SuperUser) allowed |= UnixFileMode.GroupRead;
        if ((mode & ~allowed) != 0)
            return $"The {what} {path} can be read by others. Make it yours alone: chmod 600 {path}";
        return owner is { } other && self is { } me && other != me && other != SuperUser
            ? $"The {what} {path} belongs to another user (id {other}). Make it yours: chown {me} {path}"
            : null;
    }

    private static void WriteNew(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly, BufferSize = 0,
        });
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private static uint? OwnerOf(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Span<byte> status = stackalloc byte[Libc.StatxSizeBytes];
        if (Libc.statx(file, "\0"u8, Libc.EmptyPath, Libc.BasicStats, status) != 0)
            throw new IOException($"The owner of a file cannot be told (error {Marshal.GetLastPInvokeError()}).");
        return MemoryMarshal.Read<uint>(status[Libc.StatxOwnerOffset..]);
    }

    /// <summary>The name is durable only when its folder is; .NET opens no folders.</summary>
    private static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux()) return;
        var descriptor = Libc.open(folder, Libc.OpenReadOnlyCloseOnExec);
        if (descriptor < 0) throw new IOException($"The folder {folder} cannot be opened to flush it.");
        try
        {
            if (Libc.fsync(descriptor) != 0) throw new IOException($"The folder {folder} cannot be flushed.");
        }
        finally
        {
            _ = Libc.close(descriptor);
        }
    }
}
