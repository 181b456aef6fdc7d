using System.Runtime.InteropServices;

namespace Keyward.Keystores.Material;

/// <summary>Keeps memory with keys out of dumps and off the disk, as far as software can: against other users and
/// processes, not against the host's root.</summary>
public static partial class ProcessMemory
{
    private const int SetDumpable = 4;
    private const int CoreSizeLimit = 4;

    private static int _lockFailures;

    /// <summary>How many buffers could not be locked against swapping.</summary>
    public static int LockFailures => Volatile.Read(ref _lockFailures);

    /// <summary>Makes the process undumpable; gives a sentence for each protection that this system does not
    /// have.</summary>
    public static IReadOnlyList<string> Harden()
    {
        if (!OperatingSystem.IsLinux())
            return
            [
                "Memory can be dumped by a debugger of the same user: PR_SET_DUMPABLE exists on Linux only.",
                "Core dumps are not switched off here: use ulimit -c 0.",
            ];
        var missing = new List<string>();
        if (prctl(SetDumpable, 0, 0, 0, 0) != 0) missing.Add("The process could not be made undumpable.");
        var none = new Limit();
        if (setrlimit(CoreSizeLimit, in none) != 0) missing.Add("Core dumps could not be switched off.");
        return missing;
    }

    /// <summary>Locks are by page and not nested, and small secrets share pages: unlocking one could unlock its
    /// neighbour, so a page once locked stays locked while the process lives.</summary>
    internal static unsafe void Lock(byte[] pinned)
    {
        if (OperatingSystem.IsWindows() || pinned.Length == 0) return;
        fixed (byte* start = pinned)
            if (mlock(start, (nuint)pinned.Length) != 0) Interlocked.Increment(ref _lockFailures);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int mlock(byte* start, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limit
    {
        public readonly nuint Current;
        public readonly nuint Maximum;
    }
}
