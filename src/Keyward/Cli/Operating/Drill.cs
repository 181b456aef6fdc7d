using System.Diagnostics;
using Grpc.Core;
using Keyward.Client;
using WireState = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionState;

namespace Keyward.Cli.Operating;

/// <summary>A fault that is caused on purpose in a running deployment, on a key and an account of the drill's own, and
/// undone. It measures how long the deployment takes to do what the runbook relies on.</summary>
internal sealed record Drill(string Name, string Shows, TimeSpan Limit, Func<DrillRun, Task<TimeSpan>> RunAsync)
{
    /// <summary>The objective of a compromise: declared until refused.</summary>
    private static readonly TimeSpan RevokeLimit = TimeSpan.FromSeconds(60);

    public static readonly IReadOnlyList<Drill> All =
    [
        new("revoke-version", "A disabled version is refused from the next request on (key-disabled.md).", RevokeLimit,
            RevokeVersionAsync),
        new("revoke-account", "An ended account's credential is refused from the next request on "
            + "(permission-lost.md).", RevokeLimit, RevokeAccountAsync),
        new("denied", "A caller without a right is refused, and the record of it can be read "
            + "(permission-lost.md).", RevokeLimit, DeniedAsync),
    ];

    private static async Task<TimeSpan> RevokeVersionAsync(DrillRun run)
    {
        var encrypted = await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        await run.SetVersionAsync(WireState.Disabled).ConfigureAwait(false);
        try
        {
            await run.UntilRefusedAsync(run.Administrator, encrypted, StatusCode.FailedPrecondition)
                .ConfigureAwait(false);
            return Stopwatch.GetElapsedTime(began);
        }
        finally
        {
            await run.SetVersionAsync(WireState.Enabled).ConfigureAwait(false);
            await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
        }
    }

    private static async Task<TimeSpan> RevokeAccountAsync(DrillRun run)
    {
        using var account = await run.ConnectAsAccountAsync(mayUse: true).ConfigureAwait(false);
        var encrypted = await run.EncryptAsync(account.Connection).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        await run.EndAccountAsync(account.Email).ConfigureAwait(false);
        await run.UntilRefusedAsync(account.Connection, encrypted, StatusCode.Unauthenticated).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(began);
    }

    private static async Task<TimeSpan> DeniedAsync(DrillRun run)
    {
        using var account = await run.ConnectAsAccountAsync(mayUse: false).ConfigureAwait(false);
        var encrypted = await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        try
        {
            await run.UntilRefusedAsync(account.Connection, encrypted, StatusCode.PermissionDenied)
                .ConfigureAwait(false);
            await run.UntilRecordedAsync(account.Email, "denied").ConfigureAwait(false);
            return Stopwatch.GetElapsedTime(began);
        }
        finally
        {
            await run.EndAccountAsync(account.Email).ConfigureAwait(false);
        }
    }
}

/// <summary>An account that a drill made, with a key file that is gone with it.</summary>
internal sealed record DrillAccount(string Email, KeywardConnection Connection, KeyFile File) : IDisposable
{
    public void Dispose()
    {
        Connection.Dispose();
        File.Dispose();
    }
}
