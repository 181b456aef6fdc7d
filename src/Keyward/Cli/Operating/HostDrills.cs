using System.Diagnostics;
using Grpc.Core;
using Keyward.Delivery.Sinks;
using Keyward.Stores.Sqlite;

namespace Keyward.Cli.Operating;

/// <summary>Faults of the machine that a server runs on: its disk is full, its store is held, a sink is gone. They work
/// on its data folder, and everything is put back whatever happens.</summary>
internal static class HostDrills
{
    private const long Step = 4L * 1024 * 1024;

    public static async Task<Measured> DiskFullAsync(DrillRun run)
    {
        var filler = Path.Combine(run.Folder.Path, "audit", "drill.filler");
        await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        TimeSpan took;
        long ended;
        bool? signal;
        try
        {
            Fill(filler, run.Folder.ReserveBytes);
            await DrillRun.UntilAsync(() => run.EncryptAsync(run.Administrator), StatusCode.Unavailable)
                .ConfigureAwait(false);
            took = Stopwatch.GetElapsedTime(began);
            signal = await run.MetricAsync("keyward_audit_writable").ConfigureAwait(false) is { } writable
                ? writable < 1 : null;
        }
        finally
        {
            ended = Stopwatch.GetTimestamp();
            File.Delete(filler);
        }

        await run.UntilServedAsync().ConfigureAwait(false);
        return new Measured(took, Stopwatch.GetElapsedTime(ended), signal);
    }

    public static async Task<Measured> StoreHeldAsync(DrillRun run)
    {
        var before = await run.MetricAsync("keyward_requests_total", s => s["outcome"] == "unavailable")
            .ConfigureAwait(false) ?? 0;
        var began = Stopwatch.GetTimestamp();
        TimeSpan took;
        long ended;
        using (StoreLock.Take(run.Folder.Store))
        {
            // Changes wait for the lock for a while; uses of keys need no store.
            var change = DrillRun.UntilAsync(run.ChangeAsync, StatusCode.Unavailable);
            await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
            await change.ConfigureAwait(false);
            took = Stopwatch.GetElapsedTime(began);
            ended = Stopwatch.GetTimestamp();
        }

        await run.ChangeAsync().ConfigureAwait(false);
        return new Measured(took, Stopwatch.GetElapsedTime(ended), await run.RoseAsync(
            "keyward_requests_total", before, s => s["outcome"] == "unavailable").ConfigureAwait(false));
    }

    public static async Task<Measured> SinkDownAsync(DrillRun run)
    {
        if (run.Folder.Sinks.FirstOrDefault(s => s.Kind == SinkKind.File) is not { } sink)
            throw new FailedException("audit.sinks has no file:// sink: another one cannot be taken away from here.");
        var (path, aside) = (sink.Address.LocalPath, sink.Address.LocalPath + ".drill");
        bool IsSink(MetricSample sample) => sample["sink"] == sink.Name;
        var before = await run.MetricAsync("keyward_audit_export_failures_total", IsSink).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        TimeSpan took;
        long ended;
        bool? signal;
        if (File.Exists(path)) File.Move(path, aside);
        try
        {
            Directory.CreateDirectory(path);
            await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
            signal = await run.RoseAsync("keyward_audit_export_failures_total", before ?? 0, IsSink)
                .ConfigureAwait(false);
            took = Stopwatch.GetElapsedTime(began);
        }
        finally
        {
            ended = Stopwatch.GetTimestamp();
            Directory.Delete(path);
            if (File.Exists(aside)) File.Move(aside, path);
        }

        await run.UntilMetricAsync("keyward_audit_export_lag_entries", value => value <= 0, IsSink)
            .ConfigureAwait(false);
        return new Measured(took, Stopwatch.GetElapsedTime(ended), signal);
    }

    /// <summary>Takes the disk until less is free than the server wants. The space is taken, not written, where the
    /// file system can do that.</summary>
    private static void Fill(string file, long reserveBytes)
    {
        using var filler = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
        var drive = new DriveInfo(file);
        try
        {
            while (drive.AvailableFreeSpace is var free && free > reserveBytes / 2)
                Take(filler, Math.Max(Step, free - (reserveBytes / 2)));
        }
        catch (IOException)
        {
            // Full to the last byte.
        }
    }

    private static void Take(FileStream filler, long bytes)
    {
        if (Native.Allocate(filler.SafeFileHandle, filler.Length, bytes)) return;
        var block = new byte[Step];
        filler.Seek(0, SeekOrigin.End);
        for (; bytes > 0; bytes -= Step) filler.Write(block.AsSpan(0, (int)Math.Min(Step, bytes)));
    }
}
