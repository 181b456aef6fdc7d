using System.Collections;
using System.Runtime.InteropServices;

namespace Keyward;

/// <summary>Calls of the operating system that the platform does not offer.</summary>
internal static partial class Native
{
    /// <summary>Replaces this process by another program with the environment as it stands here: same process id, same
    /// streams, signals reach it. Returns only if that failed.</summary>
    public static int Execute(string[] command)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(e => $"{e.Key}={e.Value}").ToArray();
        execve(command[0], Pointers(command), Pointers(environment));
        Console.Error.WriteLine($"keyward: {command[0]} could not be started (error {Marshal.GetLastPInvokeError()}).");
        return 1;
    }

    /// <summary>Ends the process with no more ado: nothing is drained, flushed or disposed.</summary>
    public static void ExitAtOnce(int code) => _exit(code);

    /// <summary>Bytes of a connection that were written and that the other side's TCP has not taken yet (tcp(7),
    /// SIOCOUTQ).</summary>
    public static int UnacknowledgedBytes(System.Net.Sockets.Socket socket) =>
        ioctl((int)socket.SafeHandle.DangerousGetHandle(), OutputQueue, out var count) == 0 ? count : 0;

    /// <summary>Takes space for a file behind an offset (posix_fallocate(3)); false where there is not so
    /// much.</summary>
    public static bool Allocate(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, long length) =>
        posix_fallocate((int)file.DangerousGetHandle(), offset, length) == 0;

    /// <summary>Lets the calling thread's work go behind that of others on busy processors (nice(2), which on Linux is
    /// a thread's own). Elsewhere nothing changes.</summary>
    public static void GiveWay()
    {
        if (OperatingSystem.IsLinux()) _ = setpriority(PrioritiesOfProcesses, 0, Niceness);
    }

    private const int PrioritiesOfProcesses = 0;

    /// <summary>About a tenth of what a thread gets that is not nice.</summary>
    private const int Niceness = 10;

    [LibraryImport("libc")]
    private static partial int setpriority(int which, uint who, int priority);

    /// <summary>Texts as C has them, ended by a null pointer. They are never freed: the program goes, or
    /// ends.</summary>
    private static nint[] Pointers(IEnumerable<string> texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    private const nuint OutputQueue = 0x5411;

    [LibraryImport("libc")]
    private static partial int ioctl(int file, nuint request, out int value);

    [LibraryImport("libc")]
    private static partial int posix_fallocate(int file, long offset, long length);

    [LibraryImport("libc")]
    private static partial void _exit(int code);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int execve(string path, nint[] arguments, nint[] environment);
}
