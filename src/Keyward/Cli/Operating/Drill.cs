using System.Diagnostics;
using Grpc.Core;
using Keyward.Client;
using WireState = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionState;

namespace Keyward.Cli.Operating;

/// <summary>A fault that is caused on purpose in a running deployment, on a key and an account of the drill's own, and
/// undone. It measures how long the deployment takes to do what the runbook relies on.</summary>
internal sealed record Drill(string Name, string Alert, string Shows, TimeSpan Limit,
    Func<DrillRun, Task<Measured>> RunAsync)
{
    /// <summary>The objective of a compromise: declared until refused.</summary>
    private static readonly TimeSpan RevokeLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ShortLimit = TimeSpan.FromSeconds(10);

    /// <summary>A change waits ten seconds for the store's lock.</summary>
    private static readonly TimeSpan StoreLimit = TimeSpan.FromSeconds(30);

    /// <summary>The server looks at its certificate's files every five seconds.</summary>
    private static readonly TimeSpan CertificateLimit = TimeSpan.FromSeconds(30);

    /// <summary>It works on the data folder of a server on this machine.</summary>
    public bool NeedsFolder { get; private init; }

    /// <summary>Others than the drill meet the fault.</summary>
    public bool IsFeltByAll { get; private init; }

    public static readonly IReadOnlyList<Drill> All =
    [
        new("revoke-version", "KeywardDecryptFailures", "A disabled version is refused from the next request on "
            + "(key-disabled.md).", RevokeLimit, RevokeVersionAsync),
        new("revoke-account", "KeywardDenialsJump", "An ended account's credential is refused from the next request "
            + "on (permission-lost.md).", RevokeLimit, RevokeAccountAsync),
        new("denied", "KeywardDenialsJump", "A caller without a right is refused, and the record of it can be read "
            + "(permission-lost.md).", RevokeLimit, DeniedAsync),
        new("wrong-clock", "KeywardDenialsJump", "A caller whose clock is two hours late is refused, others are "
            + "served (permission-lost.md).", ShortLimit, CallerDrills.WrongClockAsync),
        new("flood", "KeywardFlood", "A flood without credentials is cut, a known caller beside it served (flood.md).",
            RevokeLimit, CallerDrills.FloodAsync),
        new("throttled", "KeywardThrottled", "A quota refuses, and serves again once it is wider (quota.md).",
            ShortLimit, CallerDrills.ThrottledAsync),
        new("pending-destruction", "KeywardPendingDestroyUsed", "What waits for its destruction is refused, and comes "
            + "back (pending-destruction.md).", ShortLimit, CallerDrills.PendingDestructionAsync),
        new("disk-full", "KeywardAuditNotWritten", "With no space for records everything is refused, and served "
            + "again with it (audit-disk.md).", ShortLimit, HostDrills.DiskFullAsync)
        {
            NeedsFolder = true, IsFeltByAll = true,
        },
        new("store-held", "KeywardBudgetBurn", "While the store is locked changes are refused and keys go on being "
            + "used (outage.md).", StoreLimit, HostDrills.StoreHeldAsync)
        {
            NeedsFolder = true, IsFeltByAll = true,
        },
        new("sink-down", "KeywardAuditDelivery", "A sink that is gone costs operations nothing, and gets all once it "
            + "is back (audit-delivery.md).", ShortLimit, HostDrills.SinkDownAsync)
        {
            NeedsFolder = true,
        },
        new("certificate-ends", "KeywardCertificateExpires", "A certificate that ends soon is seen, and another one is "
            + "served without a restart (certificate.md).", CertificateLimit, CertificateDrill.RunAsync)
        {
            NeedsFolder = true, IsFeltByAll = true,
        },
    ];

    private static async Task<Measured> RevokeVersionAsync(DrillRun run)
    {
        static bool IsRefusedDecryption(MetricSample s) =>
            s["operation"] == "decrypt" && s["outcome"] == "precondition";
        var before = await run.MetricAsync("keyward_requests_total", IsRefusedDecryption).ConfigureAwait(false);
        var encrypted = await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        await run.SetVersionAsync(WireState.Disabled).ConfigureAwait(false);
        TimeSpan took;
        long ended;
        try
        {
            await run.UntilRefusedAsync(run.Administrator, encrypted, StatusCode.FailedPrecondition)
                .ConfigureAwait(false);
            took = Stopwatch.GetElapsedTime(began);
        }
        finally
        {
            ended = Stopwatch.GetTimestamp();
            await run.SetVersionAsync(WireState.Enabled).ConfigureAwait(false);
        }

        await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
        return new Measured(took, Stopwatch.GetElapsedTime(ended), await run.RoseAsync(
            "keyward_requests_total", before, IsRefusedDecryption).ConfigureAwait(false));
    }

    private static async Task<Measured> RevokeAccountAsync(DrillRun run)
    {
        var before = await run.MetricAsync("keyward_denials_total").ConfigureAwait(false);
        using var account = await run.ConnectAsAccountAsync(mayUse: true).ConfigureAwait(false);
        var encrypted = await run.EncryptAsync(account.Connection).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        await run.EndAccountAsync(account.Email).ConfigureAwait(false);
        await run.UntilRefusedAsync(account.Connection, encrypted, StatusCode.Unauthenticated).ConfigureAwait(false);
        return new Measured(Stopwatch.GetElapsedTime(began), null,
            await run.RoseAsync("keyward_denials_total", before).ConfigureAwait(false));
    }

    private static async Task<Measured> DeniedAsync(DrillRun run)
    {
        var before = await run.MetricAsync("keyward_denials_total").ConfigureAwait(false);
        using var account = await run.ConnectAsAccountAsync(mayUse: false).ConfigureAwait(false);
        var encrypted = await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        try
        {
            await run.UntilRefusedAsync(account.Connection, encrypted, StatusCode.PermissionDenied)
                .ConfigureAwait(false);
            await run.UntilRecordedAsync(account.Email, "denied").ConfigureAwait(false);
            return new Measured(Stopwatch.GetElapsedTime(began), null,
                await run.RoseAsync("keyward_denials_total", before).ConfigureAwait(false));
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
