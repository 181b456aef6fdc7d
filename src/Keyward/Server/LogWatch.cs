using System.Text;
using Keyward.Vault.Cluster;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging;

namespace Keyward.Server;

/// <summary>Remembers on this node's disk how far the logs of the others were seen, and says where one went
/// back.</summary>
internal sealed class LogWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly string _file;
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CheckpointWatch _watch;
    private long? _last;
    private long _faults;

    public LogWatch(DataFolder folder, IStore store, byte[] incarnation, TimeProvider time, ILogger logger)
    {
        (_file, _store, _time, _logger) = (folder.In("audit/seen"), store, time, logger);
        _watch = new CheckpointWatch(incarnation, File.Exists(_file) ? File.ReadAllText(_file) : null);
    }

    /// <summary>How many faults were found since the start.</summary>
    public long Faults => Volatile.Read(ref _faults);

    /// <summary>To be called once a second.</summary>
    public async Task StepAsync(CancellationToken cancellation)
    {
        var now = _time.GetTimestamp();
        if (_last is { } last && _time.GetElapsedTime(last, now) < Interval) return;
        _last = now;
        foreach (var (origin, sentence) in _watch.Judge(
            await _store.ReadCheckpointsAsync(cancellation).ConfigureAwait(false)))
        {
            Interlocked.Increment(ref _faults);
            Log.LogBroken(_logger, origin, sentence);
        }

        if (!_watch.HasChanged) return;
        try
        {
            DataFolder.WriteSecret(_file, Encoding.ASCII.GetBytes(_watch.ToText()));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A disk that takes no files is told of by the log; what was seen is still in memory.
        }
    }
}
