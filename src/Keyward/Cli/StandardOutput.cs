using System.Runtime.InteropServices;

namespace Keyward.Cli;

/// <summary>The reader of standard output went away: the command ends quietly.</summary>
internal sealed class PipeClosedException : Exception;

/// <summary>Standard output by the system's own call: the platform's console swallows the error of a closed pipe, so
/// that a
/// list would be read to its end for nobody, and its file stream writes at an offset of its own.</summary>
internal static partial class StandardOutput
{
    private const int Handle = 1;
    private const int Interrupted = 4;

    public static unsafe void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes) written = write(Handle, start, (nuint)bytes.Length);
            if (written >= 0) bytes = bytes[(int)written..];
            else if (Marshal.GetLastPInvokeError() != Interrupted) throw new PipeClosedException();
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint write(int handle, byte* bytes, nuint count);
}
