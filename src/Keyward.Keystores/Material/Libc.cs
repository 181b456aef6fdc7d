using System.Runtime.InteropServices;

namespace Keyward.Keystores.Material;

/// <summary>The C library's calls for which .NET has no face. Constants are Linux's, equal on x64 and arm64.</summary>
internal static partial class Libc
{
    public const int OpenReadOnlyCloseOnExec = 0x80000;
    public const int Interrupted = 4;

    /// <summary>open(2) of a pipe comes back at once; of a file it changes nothing.</summary>
    public const int OpenWithoutWaiting = 0x800;
    public const int NoSuchDevice = 6;

    /// <summary>statx(2): the path is empty, the file is the descriptor's own.</summary>
    public const int EmptyPath = 0x1000;
    public const uint BasicStats = 0x7ff;

    /// <summary>Size of struct statx, and where in it owner and mode stand: the same on every architecture, unlike
    /// struct stat.</summary>
    public const int StatxSizeBytes = 256;
    public const int StatxOwnerOffset = 20;
    public const int StatxModeOffset = 28;

    /// <summary>Kinds of files in a mode (inode(7)).</summary>
    public const int KindMask = 0xf000;
    public const int KindFile = 0x8000;
    public const int KindFolder = 0x4000;
    public const int KindPipe = 0x1000;

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint getrandom(Span<byte> buffer, nuint length, uint flags);

    [LibraryImport("libc")]
    public static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true)]
    public static partial int statx(SafeHandle file, ReadOnlySpan<byte> path, int flags, uint mask, Span<byte> result);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    public static partial int close(int descriptor);
}
