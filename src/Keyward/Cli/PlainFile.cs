using System.Runtime.InteropServices;
using Keyward.Keystores.Material;
using Microsoft.Win32.SafeHandles;

namespace Keyward.Cli;

/// <summary>Files that somebody else lays down, opened without waiting for anyone: a pipe without a writer holds up who
/// opens it as a file is opened, for ever.</summary>
internal static class PlainFile
{
    /// <summary>Opens what lies there if it is a file of bytes; else says in a word what it is. A link is
    /// followed.</summary>
    /// <exception cref="FailedException">It is not there, or not to be read by this user.</exception>
    public static (FileStream? Stream, string Kind) Open(string path)
    {
        var descriptor = Libc.open(path, Libc.OpenReadOnlyCloseOnExec | Libc.OpenWithoutWaiting);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError() == Libc.NoSuchDevice
                ? (null, "a socket or device")
                : throw new FailedException(
                    $"{path} cannot be read: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (WhyNot(handle, path) is not { } kind)
            return (new FileStream(handle, FileAccess.Read), "a file");
        handle.Dispose();
        return (null, kind);
    }

    /// <summary>Judged by what was opened, so that nobody can exchange it in between.</summary>
    private static string? WhyNot(SafeFileHandle handle, string path)
    {
        Span<byte> status = stackalloc byte[Libc.StatxSizeBytes];
        if (Libc.statx(handle, "\0"u8, Libc.EmptyPath, Libc.BasicStats, status) != 0)
            throw new FailedException($"{path} cannot be read: its kind cannot be told.");
        return (MemoryMarshal.Read<ushort>(status[Libc.StatxModeOffset..]) & Libc.KindMask) switch
        {
            Libc.KindFile => null,
            Libc.KindFolder => "a folder",
            Libc.KindPipe => "a pipe",
            _ => "a device",
        };
    }
}
