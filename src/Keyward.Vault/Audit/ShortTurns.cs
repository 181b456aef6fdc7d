using System.Runtime.InteropServices;

namespace Keyward.Vault.Audit;

/// <summary>Asks the scheduler for short turns of a thread (sched_setattr(2); Linux 6.12 and later): when it wakes it
/// then goes before threads whose turns are longer. For a thread that others wait for and that itself has little to do.
/// Where the kernel knows no such thing, nothing changes.</summary>
internal static partial class ShortTurns
{
    /// <summary>The shortest that the kernel takes.</summary>
    private const ulong TurnNanoseconds = 100_000;

    private static readonly (nint Get, nint Set)? Calls = !OperatingSystem.IsLinux() ? null
        : RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => (315, 314),
            Architecture.Arm64 => (275, 274),
            _ => null,
        };

    /// <summary>For the calling thread.</summary>
    public static void Ask()
    {
        if (Calls is not { } calls) return;
        var attributes = default(Attributes);
        if (sched_getattr(calls.Get, 0, ref attributes, (uint)Marshal.SizeOf<Attributes>(), 0) != 0) return;
        attributes.Runtime = TurnNanoseconds;
        _ = sched_setattr(calls.Set, 0, ref attributes, 0);
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial int sched_getattr(
        nint call, int thread, ref Attributes attributes, uint sizeBytes, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial int sched_setattr(nint call, int thread, ref Attributes attributes, uint flags);

    /// <summary><c>struct sched_attr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
        public uint UtilizationMinimum;
        public uint UtilizationMaximum;
    }
}
