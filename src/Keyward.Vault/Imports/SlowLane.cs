using Keyward.Vault.Gate;

namespace Keyward.Vault.Imports;

/// <summary>Unwrapping and trying a key takes up to a second of a core: so many at once, so many waiting, and the rest
/// is told to come again, or imports would take the cores from everyone else.</summary>
internal static class SlowLane
{
    private const int MaximumWaiting = 64;

    public static readonly Refusal Full = new(
        RefusalReason.Overloaded, "Too many keys are being imported at this moment. Try again.");

    private static readonly SemaphoreSlim Cores = new(Math.Max(1, Environment.ProcessorCount / 2));
    private static int _waiting;

    /// <summary>False where too many wait already. Who has entered leaves.</summary>
    public static async ValueTask<bool> EnterAsync()
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > MaximumWaiting) return false;
            await Cores.WaitAsync().ConfigureAwait(false);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public static void Leave() => Cores.Release();
}
