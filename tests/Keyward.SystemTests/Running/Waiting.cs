using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Keyward.SystemTests.Running;

/// <summary>Looks again until something is so. The pause between two looks leaves the machine to those that are waited
/// for; the patience ends a test that would hang, and no test measures by it.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="isSo">Looks once.</param>
    /// <param name="what">Said where it never came.</param>
    public static async Task UntilAsync(
        Func<Task<bool>> isSo, [CallerArgumentExpression(nameof(isSo))] string what = "")
    {
        var began = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            if (Stopwatch.GetElapsedTime(began) > KeywardServer.Patience) Assert.Fail("It was never so: " + what);
            await Task.Delay(Pause);
        }
    }

    public static Task UntilAsync(Func<bool> isSo, [CallerArgumentExpression(nameof(isSo))] string what = "") =>
        UntilAsync(() => Task.FromResult(isSo()), what);

    /// <summary>The first status that is not 503. A node refuses with that as stale while a busy machine keeps it from
    /// renewing its lease, and so it should: what it says once it is in step again is what a test is about.</summary>
    public static async Task<int> InStepAsync(Func<Task<int>> ask)
    {
        var status = 0;
        await UntilAsync(async () => (status = await ask()) != 503, "in step");
        return status;
    }
}
