using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit.Verification;

/// <summary>Checks a log that is being written, from its first record to its latest checkpoint, and against what it
/// found the last time. Takes its time, so that requests do not feel it. For one caller at a time; what it found may be
/// read by any.</summary>
public sealed class LogSelfCheck(SignatureCheck check, TimeProvider time)
{
    private readonly Dictionary<string, SignedCheckpoint> _last = new(StringComparer.Ordinal);
    private long _verifiedAtSeconds;
    private long _failures;

    /// <summary>When a check last found that the log holds, in seconds since 1970; 0 for never.</summary>
    public long VerifiedAtSeconds => Volatile.Read(ref _verifiedAtSeconds);

    /// <summary>Checks so far that found a fault.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Checks logs, each in its folder, and gives those that do not hold.</summary>
    public async Task<IReadOnlyList<LogReport>> RunAsync(
        IEnumerable<(string Origin, string Folder)> logs, IReadOnlyList<VerifierKey> keys,
        CancellationToken cancellation)
    {
        var broken = new List<LogReport>();
        foreach (var (origin, folder) in logs)
        {
            var report = await VerifyAsync(origin, folder, keys, cancellation).ConfigureAwait(false);
            // Its writer may have replaced a file that was about to be read: what is really wrong is wrong twice.
            if (!report.Holds) report = await VerifyAsync(origin, folder, keys, cancellation).ConfigureAwait(false);
            if (!report.Holds) broken.Add(report);
        }

        if (broken.Count > 0) Interlocked.Increment(ref _failures);
        else Volatile.Write(ref _verifiedAtSeconds, time.GetUtcNow().ToUnixTimeSeconds());
        return broken;
    }

    private async Task<LogReport> VerifyAsync(
        string origin, string folder, IReadOnlyList<VerifierKey> keys, CancellationToken cancellation)
    {
        var tree = new PacedTree(new TreeFolder(folder), time);
        var verifier = new LogVerifier(keys, check)
        {
            Since = _last.TryGetValue(origin, out var last) ? [last] : [],
        };
        var report = await verifier.VerifyAsync(tree, origin, cancellation).ConfigureAwait(false);
        if (report.Holds && tree.Checkpoint is { } seen) _last[origin] = seen;
        return report;
    }

    /// <summary>A file a millisecond: a quarter of one core at most.</summary>
    private sealed class PacedTree(ITreeSource files, TimeProvider time) : ITreeSource
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

        /// <summary>The checkpoint that was read.</summary>
        public SignedCheckpoint? Checkpoint { get; private set; }

        public async ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation)
        {
            await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
            var bytes = await files.ReadAsync(path, cancellation).ConfigureAwait(false);
            if (path == TilePath.Checkpoint && bytes is not null && SignedCheckpoint.TryParse(bytes, out var signed))
                Checkpoint = signed;
            return bytes;
        }
    }
}
