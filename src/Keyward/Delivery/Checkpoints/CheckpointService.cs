using System.Diagnostics.Metrics;
using Keyward.Delivery.Sinks;
using Keyward.Keystores.Root;
using Keyward.Server;
using Keyward.Server.Settings;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keyward.Delivery.Checkpoints;

/// <summary>Spreads trust in this node's log: every ten seconds with new records its witnesses are asked, and the
/// checkpoint, with what they say, is kept beside the log and copied to places outside. Nobody waits for it.</summary>
internal sealed class CheckpointService : BackgroundService
{
    public const string MeterName = "Keyward.Checkpoints";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Meter _meter = new(MeterName);
    private readonly VaultKeeper _keeper;
    private readonly TimeProvider _time;
    private readonly ILogger<CheckpointService> _logger;
    private readonly string _folder;
    private readonly List<WitnessCall> _witnesses;
    private readonly List<CheckpointPlace> _places;
    private readonly PeerCosigners _peers;
    private readonly Dictionary<string, DateTimeOffset> _lastTimes = [];
    private readonly Dictionary<string, string> _said = [];
    private readonly WitnessQuorum _quorum;
    private SignedCheckpoint? _last;
    private bool _isWhole;

    public CheckpointService(
        VaultKeeper keeper, LiveSettings live, TimeProvider time, ILogger<CheckpointService> logger)
    {
        (_keeper, _time, _logger, _folder) = (keeper, time, logger, live.Current.Data);
        _witnesses = [.. live.Current.AuditWitnesses.Select(w => new WitnessCall(w, NoteSigner.IsGood, time))];
        _places = [.. live.Current.AuditPublish.Select(p => new CheckpointPlace(p, time))];
        _peers = new PeerCosigners(keeper, time);
        foreach (var place in Places) _lastTimes[place] = time.GetUtcNow();
        _quorum = new WitnessQuorum(live.Current.WitnessQuorum, time);
        if (_quorum.Needed > 0)
        {
            keeper.Gate.NotReadySince = () => _quorum.WhyNotReady;
            _meter.CreateObservableGauge("keyward_audit_witness_quorum_missing_seconds",
                () => _quorum.Missing.TotalSeconds,
                description: "For how long fewer witnesses than are needed have vouched for the newest checkpoint.");
        }

        _meter.CreateObservableGauge("keyward_audit_checkpoint_age_seconds", Ages,
            description: "How long ago a witness or a place outside last took this log's checkpoint.");
    }

    private IEnumerable<string> Places => _witnesses.Select(w => w.Name).Concat(_places.Select(p => p.Name));

    public override void Dispose()
    {
        foreach (var witness in _witnesses) witness.Dispose();
        foreach (var place in _places) place.Dispose();
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do await StepAsync(stoppingToken).ConfigureAwait(false);
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task StepAsync(CancellationToken stopping)
    {
        var log = _keeper.AuditLog;
        if (log.Tree is not { } tree || log.Source is not { } source) return;
        var signed = tree.Latest;
        var isOther = false;
        await GuardAsync("nodes", async () => isOther = await _peers.HaveChangedAsync(stopping).ConfigureAwait(false),
            stopping).ConfigureAwait(false);
        if (_isWhole && !isOther && signed == _last)
        {
            // Nothing is late where nothing happened.
            lock (_lastTimes)
                foreach (var place in _lastTimes.Keys.ToList()) _lastTimes[place] = _time.GetUtcNow();
            return;
        }

        _isWhole = true;
        var cosigned = await CosignAsync(signed, source, stopping).ConfigureAwait(false);
        foreach (var place in _places)
            await TryAsync(place.Name, () => place.PutAsync(cosigned, stopping), stopping).ConfigureAwait(false);
        _last = signed;
    }

    private async ValueTask<SignedCheckpoint> CosignAsync(
        SignedCheckpoint signed, ITreeSource source, CancellationToken stopping)
    {
        var cosignatures = new List<NoteSignature>();
        foreach (var witness in _witnesses)
            await TryAsync(witness.Name, async () => cosignatures.Add(
                await witness.AskAsync(signed, source, stopping).ConfigureAwait(false)), stopping)
                .ConfigureAwait(false);
        _quorum.Got(cosignatures.Count);
        cosignatures.AddRange(await AskPeersAsync(signed, source, stopping).ConfigureAwait(false));
        if (cosignatures.Count == 0) return signed;
        var cosigned = signed with
        {
            Note = signed.Note with { Signatures = [.. signed.Note.Signatures, .. cosignatures] },
        };
        DataFolder.WriteSecret(Path.Combine(_folder, "audit",
            Vault.Audit.LogKeys.FolderOf(signed.Checkpoint.Origin), Cosigned.FileName), cosigned.Note.ToBytes());
        return cosigned;
    }

    /// <summary>The other nodes of the deployment vouch without being configured; they are no part of the quorum,
    /// which is of witnesses outside.</summary>
    private async ValueTask<IReadOnlyList<NoteSignature>> AskPeersAsync(
        SignedCheckpoint signed, ITreeSource source, CancellationToken stopping)
    {
        var cosignatures = new List<NoteSignature>();
        IReadOnlyList<PeerAnswer> answers = [];
        await GuardAsync("nodes", async () => answers = await _peers.AskAsync(signed, source, stopping)
            .ConfigureAwait(false), stopping).ConfigureAwait(false);
        foreach (var answer in answers)
            await TryAsync(answer.Node, () =>
            {
                cosignatures.Add(answer.Cosignature ?? throw new DeliveryException(answer.WhyNot));
                return ValueTask.CompletedTask;
            }, stopping).ConfigureAwait(false);
        lock (_lastTimes)
            // A node that left is waited for no longer.
            foreach (var gone in _lastTimes.Keys.Except(Places).Except(answers.Select(a => a.Node)).ToList())
                _lastTimes.Remove(gone);
        return cosignatures;
    }

    private async ValueTask TryAsync(string place, Func<ValueTask> action, CancellationToken stopping)
    {
        var isTaken = await GuardAsync(place, action, stopping).ConfigureAwait(false);
        lock (_lastTimes)
            if (isTaken) _lastTimes[place] = _time.GetUtcNow();
            else _lastTimes.TryAdd(place, _time.GetUtcNow());
    }

    /// <summary>Whatever goes wrong out there: the others are asked, and this one again next time.</summary>
    private async ValueTask<bool> GuardAsync(string place, Func<ValueTask> action, CancellationToken stopping)
    {
        try
        {
            await action().ConfigureAwait(false);
            _said.Remove(place);
            return true;
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            _isWhole = false;
            if (_said.GetValueOrDefault(place) == failure.Message) return false;
            _said[place] = failure.Message;
            Log.NotPublished(_logger, place, failure.Message);
            return false;
        }
    }

    private List<Measurement<double>> Ages()
    {
        lock (_lastTimes)
            return [.. _lastTimes.Select(t => new Measurement<double>(
                Math.Max(0, (_time.GetUtcNow() - t.Value).TotalSeconds),
                new KeyValuePair<string, object?>("place", t.Key)))];
    }
}
