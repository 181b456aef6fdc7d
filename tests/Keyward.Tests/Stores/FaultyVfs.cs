using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Keyward.Tests.Stores;

/// <summary>SQLite's own way to the files (sqlite.org/vfs.html), with writes and flushes of chosen files that fail when a
/// test says so. It becomes the process's default; files of other folders are not touched.</summary>
internal static unsafe partial class FaultyVfs
{
    public const int Full = 13;
    public const int FlushError = 10 | (4 << 8);

    private const int VfsSizeBytes = 168;
    private const int NextAt = 16;
    private const int NameAt = 24;
    private const int OpenAt = 40;
    private const int MethodsSizeBytes = 152;
    private const int WriteAt = 24;
    private const int TruncateAt = 32;
    private const int SyncAt = 40;

    private static readonly Lock Guard = new();
    private static string _folder = "";
    private static int _code;
    private static int _remaining;
    private static nint _vfs;
    private static nint _original;
    private static readonly Dictionary<nint, nint> Patches = [];
    private static readonly Dictionary<nint, string> Files = [];
    private static nint _write;
    private static nint _truncate;
    private static nint _sync;

    /// <summary>Lets the n-th write (or with <see cref="FlushError"/> the n-th flush) below a folder fail, and all that
    /// follow, until <see cref="Disarm"/>.</summary>
    public static void Arm(string folder, int code, int after)
    {
        lock (Guard) (_folder, _code, _remaining) = (folder, code, after);
    }

    /// <summary>True if something failed.</summary>
    public static bool Disarm()
    {
        lock (Guard)
        {
            var failed = _code != 0 && _remaining < 0;
            _code = 0;
            return failed;
        }
    }

    public static void Register()
    {
        lock (Guard)
        {
            if (_vfs != 0) return;
            _original = sqlite3_vfs_find(0);
            _vfs = (nint)NativeMemory.AllocZeroed(VfsSizeBytes);
            Buffer.MemoryCopy((void*)_original, (void*)_vfs, VfsSizeBytes, VfsSizeBytes);
            *(nint*)(_vfs + NextAt) = 0;
            *(nint*)(_vfs + NameAt) = Marshal.StringToCoTaskMemUTF8("faulty");
            *(nint*)(_vfs + OpenAt) = (nint)(delegate* unmanaged[Cdecl]<nint, byte*, nint, int, int*, int>)&Open;
            Assert.Equal(0, sqlite3_vfs_register(_vfs, 1));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(nint vfs, byte* name, nint file, int flags, int* outFlags)
    {
        var open = (delegate* unmanaged[Cdecl]<nint, byte*, nint, int, int*, int>)(*(nint*)(_original + OpenAt));
        var code = open(_original, name, file, flags, outFlags);
        if (code != 0 || *(nint*)file == 0) return code;
        var path = name == null ? "" : Marshal.PtrToStringUTF8((nint)name)!;
        lock (Guard)
        {
            // The address may have been another file's before.
            Files[file] = path;
            *(nint*)file = Patched(*(nint*)file);
        }

        return code;
    }

    private static nint Patched(nint methods)
    {
        if (Patches.TryGetValue(methods, out var known)) return known;
        // The tables differ in locking; what writes is the same in all.
        (_write, _truncate, _sync) =
            (*(nint*)(methods + WriteAt), *(nint*)(methods + TruncateAt), *(nint*)(methods + SyncAt));
        var patched = (nint)NativeMemory.AllocZeroed(MethodsSizeBytes);
        Buffer.MemoryCopy((void*)methods, (void*)patched, MethodsSizeBytes, MethodsSizeBytes);
        *(nint*)(patched + WriteAt) = (nint)(delegate* unmanaged[Cdecl]<nint, void*, int, long, int>)&Write;
        *(nint*)(patched + TruncateAt) = (nint)(delegate* unmanaged[Cdecl]<nint, long, int>)&Truncate;
        *(nint*)(patched + SyncAt) = (nint)(delegate* unmanaged[Cdecl]<nint, int, int>)&Sync;
        return Patches[methods] = patched;
    }

    private static bool Fails(nint file, bool isFlush)
    {
        lock (Guard)
            return _code != 0 && isFlush == (_code == FlushError)
                && Files[file].StartsWith(_folder, StringComparison.Ordinal) && --_remaining < 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint file, void* bytes, int count, long offset) => Fails(file, isFlush: false)
        ? _code
        : ((delegate* unmanaged[Cdecl]<nint, void*, int, long, int>)_write)(file, bytes, count, offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(nint file, long length) => Fails(file, isFlush: false)
        ? _code
        : ((delegate* unmanaged[Cdecl]<nint, long, int>)_truncate)(file, length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(nint file, int flags) => Fails(file, isFlush: true)
        ? _code
        : ((delegate* unmanaged[Cdecl]<nint, int, int>)_sync)(file, flags);

    [LibraryImport("e_sqlite3")]
    private static partial nint sqlite3_vfs_find(nint name);

    [LibraryImport("e_sqlite3")]
    private static partial int sqlite3_vfs_register(nint vfs, int makeDefault);
}
