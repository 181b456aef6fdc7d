using System.Buffers.Binary;
using System.Diagnostics;

namespace Keyward.Vault.Traces;

/// <summary>Which requests are sent for sure: a share of them. A caller's trace is chosen by its id, so that several
/// nodes choose the same; by nothing else of it, or anyone could fill the store of traces.</summary>
internal static class TraceShare
{
    /// <summary>The golden ratio's part of a full turn: its multiples spread evenly, so that of any run of requests the
    /// share is sent.</summary>
    private const ulong Step = 0x9E3779B97F4A7C15;

    private static ulong _steps;

    public static bool Chooses(ActivityTraceId caller, double share)
    {
        if (caller == default) return IsWithin(unchecked(Interlocked.Increment(ref _steps) * Step), share);
        Span<byte> id = stackalloc byte[16];
        caller.CopyTo(id);
        // The last half is the random one (W3C Trace Context, "trace-id").
        return IsWithin(BinaryPrimitives.ReadUInt64BigEndian(id[8..]), share);
    }

    private static bool IsWithin(ulong number, double share) => (number >> 11) < share * (1UL << 53);
}
