using System.Collections.Concurrent;
using System.Text;
using Keyward.Keystores.Root;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging;

namespace Keyward.Server;

/// <summary>This node's eye on the logs of the others: remembers on its own disk how far each was seen and vouched for,
/// vouches for those that merely grew, and says where one did not.</summary>
internal sealed class LogWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly string _seenFile;
    private readonly string _vouchedFile;
    private readonly string _node;
    private readonly INodeStore _nodes;
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogMemory _seen;
    private readonly LogMemory _vouched;
    private readonly CheckpointWatch _watch;
    private readonly PeerWitness _witness;
    private readonly ConcurrentDictionary<string, string> _faultOf = new(StringComparer.Ordinal);
    private long? _last;
    private long _faults;

    public LogWatch(DataFolder folder, INodeStore nodes, IStore store, OpenedVault vault, TimeProvider time,
        ILogger logger)
    {
        (_seenFile, _vouchedFile, _node) = (folder.In("audit/seen"), folder.In("audit/vouched"), folder.NodeName());
        (_nodes, _store, _time, _logger) = (nodes, store, time, logger);
        Keys = new NodeLogKeys(vault);
        (_seen, _vouched) = (Read(_seenFile, vault), Read(_vouchedFile, vault));
        _watch = new CheckpointWatch(_seen, Keys.Of, NoteSigner.IsGood);
        _witness = new PeerWitness(_vouched, Keys.Of, NoteSigner.IsGood);
    }

    public NodeLogKeys Keys { get; }

    /// <summary>How many faults were found since the start.</summary>
    public long Faults => Volatile.Read(ref _faults);

    /// <summary>What is wrong with a log, as far as this node knows; null where nothing is.</summary>
    public string? FaultOf(string origin) => _faultOf.GetValueOrDefault(origin);

    /// <summary>To be called once a second.</summary>
    public async Task StepAsync(CancellationToken cancellation)
    {
        await VouchAsync(cancellation).ConfigureAwait(false);
        var now = _time.GetTimestamp();
        if (_last is { } last && _time.GetElapsedTime(last, now) < Interval) return;
        _last = now;
        foreach (var (origin, sentence) in _watch.Judge(
            await _store.ReadCheckpointsAsync(cancellation).ConfigureAwait(false))) Tell(origin, sentence);
        // If the disk takes no files, what was seen is still in memory.
        TryKeep(_seenFile, _seen);
    }

    private async Task VouchAsync(CancellationToken cancellation)
    {
        var asked = await _nodes.ReadAskedAsync(_node, cancellation).ConfigureAwait(false);
        if (asked.Count == 0) return;
        var answers = asked.Select(a => (Asked: a, Verdict: _witness.Judge(a))).ToList();
        // Nothing is vouched for that a crash could make this node forget.
        if (!TryKeep(_vouchedFile, _vouched) || Keys.Open(_node) is not { } signer) return;
        using (signer)
            foreach (var (question, verdict) in answers)
            {
                if (verdict is null) continue;
                if (verdict.Fault is { } fault && FaultOf(question.Origin) != fault) Tell(question.Origin, fault);
                await _nodes.AnswerAsync(question with
                {
                    Known = verdict.Known,
                    Cosigned = verdict.Signed is { } signed ? Cosign(signer, signed) : question.Cosigned,
                }, cancellation).ConfigureAwait(false);
            }
    }

    private byte[] Cosign(INoteSigner signer, SignedCheckpoint signed) => (signed.Note with
    {
        Signatures = [.. signed.Note.Signatures,
            signer.Cosign(signed.Note.Text, _time.GetUtcNow().ToUnixTimeSeconds())],
    }).ToBytes();

    private void Tell(string origin, string sentence)
    {
        _faultOf[origin] = sentence;
        Interlocked.Increment(ref _faults);
        Log.LogBroken(_logger, origin, sentence);
    }

    private static LogMemory Read(string file, OpenedVault vault) =>
        new(vault.Incarnation, File.Exists(file) ? File.ReadAllText(file) : null);

    private static bool TryKeep(string file, LogMemory memory)
    {
        if (!memory.HasChanged) return true;
        try
        {
            DataFolder.WriteSecret(file, Encoding.ASCII.GetBytes(memory.ToText()));
            memory.Kept();
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
