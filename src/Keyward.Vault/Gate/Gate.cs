using Keyward.Vault.Audit;
using Keyward.Vault.Grants;
using Keyward.Vault.Automation;
using Keyward.Vault.Federation;
using Keyward.Vault.Identities;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;
using Keyward.Vault.Traces;
using Microsoft.Extensions.Logging;

namespace Keyward.Vault.Gate;

/// <summary>The only way in. Every request comes by here: it is identified, authorised, run, recorded and measured, and
/// nothing is answered before its record is durable. Safe for concurrent use.</summary>
public sealed partial class Gate
{
    /// <summary>A node says that it is not ready a little before it refuses, so that balancers move first.</summary>
    private static readonly TimeSpan AlmostStale = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly GateMetrics _metrics;
    private readonly ILogger<Gate> _logger;
    private readonly TokenCache _tokens = new();
    private readonly PeerGuard _peers;
    private volatile GateSettings _settings;
    private volatile Opened? _opened;
    private volatile GateStatus _status = new(GateState.Starting, "starting", "The server is starting.");

    internal Gate(IAuditLog log, TimeProvider time, GateSettings settings, GateMetrics metrics, ILogger<Gate> logger)
    {
        (Log, _time, _settings, _metrics, _logger) = (log, time, settings, metrics, logger);
        _peers = new PeerGuard(log, time, metrics, logger);
        (Jobs, Rates) = (new JobBoard(time), new Quotas.RateMeter(time));
        LastUses = new KeyUse.LastUses(time.GetUtcNow());
        Messages = new KeyUse.MessageBlocks(this);
    }

    public GateSettings Settings => _settings;

    internal IAuditLog Log { get; }

    /// <summary>How the server's own jobs stand.</summary>
    internal JobBoard Jobs { get; }

    internal KeyUse.LastUses LastUses { get; }

    internal KeyUse.MessageBlocks Messages { get; }

    internal Quotas.RateMeter Rates { get; }

    internal Identities.CredentialUses CredentialUses { get; } = new();

    /// <summary>Where other issuers' keys come from; without it nobody is vouched for.</summary>
    internal IssuerKeys? IssuerKeys { get; init; }

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Whether operations are served, and if not, why.</summary>
    public GateStatus Status
    {
        get
        {
            var status = _status;
            if (status.State == GateState.Serving && _opened is { } opened
                && opened.Vault.Lease.Remaining < AlmostStale)
                return new GateStatus(GateState.Serving, "stale", GateRefusals.StaleSentence);
            if (status.State == GateState.Serving && _opened?.Vault.IsDraining == true)
                return GateRefusals.DrainedStatus;
            if (status.State == GateState.Serving && !Log.IsWritable)
                return new GateStatus(GateState.Serving, "audit", Log.WhyNot ?? "The audit log cannot be written.");
            if (status.State == GateState.Serving && _opened?.Vault.Snapshot.Altered.Count is > 0 and var altered)
                return new GateStatus(GateState.Serving, "altered_rows",
                    $"{altered} stored rows were altered outside Keyward; what they speak of is refused.");
            return status.State == GateState.Serving && NotReadySince?.Invoke() is { } notReady ? notReady : status;
        }
    }

    /// <summary>What else makes this node less than ready, while it serves; null for nothing.</summary>
    internal Func<GateStatus?>? NotReadySince { get; set; }

    /// <summary>Begins a request: its id, its times. Every request that a door takes begins here.</summary>
    public Arrival Receive(Door door, Source source, string? traceId)
    {
        var (id, nonce) = RecordWriter.RandomIds();
        return new Arrival(door, source, traceId, id, nonce, _time.GetUtcNow(), _time.GetTimestamp())
        {
            GivesReceipt = _settings.GivesReceipts,
        };
    }

    /// <summary>Lets a caller's operation run, if they may. Completes when the record is durable.</summary>
    public ValueTask<Outcome<T>> PassAsync<T>(
        Arrival arrival, Caller caller, IOperation<T> operation, CancellationToken cancellation) => new(
            PassAsync<T, Outcome<T>, OutcomeItself<T>>(arrival, caller, operation, default, cancellation));

    /// <summary>The same, and gives what the door makes of the outcome. One method waits for the flush, here, and
    /// whatever has no need to wait runs before it: each further one that waits costs an object.</summary>
    public Task<TAnswer> PassAsync<T, TAnswer, TMaker>(Arrival arrival, Caller caller, IOperation<T> operation,
        TMaker maker, CancellationToken cancellation)
        where TMaker : struct, IAnswerMaker<T, TAnswer>
    {
        var draft = new RecordDraft(arrival, caller, operation.Verb);
        var running = JudgedAsync(draft, caller, operation, cancellation);
        return running.IsCompletedSuccessfully
            ? RecordedAsync<T, TAnswer, TMaker>(draft, running.Result, maker)
            : LateAsync<T, TAnswer, TMaker>(draft, running, maker);
    }

    /// <summary>Records a request that a door refuses by itself: malformed, too large, unknown method, not identified.
    /// Gives the refusal to answer with, which is another one where the record cannot be written.</summary>
    public async ValueTask<Refusal> RefuseAsync(Arrival arrival, Caller? caller, Refusal refusal)
    {
        if (caller is null && !_peers.MayRecord(arrival, refusal, Settings.UnknownPerSecond, out var answer))
            return answer;
        var draft = new RecordDraft(arrival, caller, Verb.Other) { Resource = refusal.Subject };
        try
        {
            arrival.Receipt = await Append(draft, refusal).ConfigureAwait(false);
            return Measured<Done>(draft, refusal).Refusal!;
        }
        catch (AuditUnwritableException unwritable)
        {
            return NotRecorded<Done>(draft, refusal, unwritable).Refusal!;
        }
    }

    /// <summary>Counts a request that was cut before it reached a door, for a summary record.</summary>
    public void Cut(Door door, Source source, RefusalReason reason) => _peers.Cut(door, source, reason);

    /// <summary>Writes the summaries of what was cut since the last time.</summary>
    internal ValueTask WriteSummariesAsync() => _peers.WriteSummariesAsync(
        _opened?.Vault.Snapshot.Deployment?.Node ?? "", Settings.UnknownPerSecond);

    /// <summary>The vault stands open: operations are served from now on.</summary>
    internal void Open(OpenedVault vault, ChangeLane lane)
    {
        _opened = new Opened(vault, lane);
        _status = new GateStatus(GateState.Serving, "ready", "Serving.");
    }

    /// <summary>Other settings from the next request on.</summary>
    internal void Apply(GateSettings settings) => _settings = settings;

    /// <summary>Not serving: sealed, draining, damaged.</summary>
    internal void Close(GateStatus status)
    {
        _status = status;
        if (status.State is not GateState.Draining) _opened = null;
    }

    /// <summary>The state by which requests are judged at this moment; null while not open.</summary>
    internal OpenedVault? Vault => _opened?.Vault;

    /// <summary>Runs an operation; a failure becomes a refusal.</summary>
    private async ValueTask<Outcome<T>> JudgedAsync<T>(
        RecordDraft draft, Caller caller, IOperation<T> operation, CancellationToken cancellation)
    {
        try
        {
            operation.Describe(draft);
            return cancellation.IsCancellationRequested
                ? new Refusal(RefusalReason.Cancelled, "The caller went away before the operation began.")
                : await RunAsync(draft, caller, operation, cancellation).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The only catch-all of the program: a failure becomes a refusal and is recorded.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Failures.Judge(_logger, failure, draft.Arrival);
        }
    }

    private async Task<TAnswer> LateAsync<T, TAnswer, TMaker>(
        RecordDraft draft, ValueTask<Outcome<T>> running, TMaker maker)
        where TMaker : struct, IAnswerMaker<T, TAnswer> => await RecordedAsync<T, TAnswer, TMaker>(
            draft, await running.ConfigureAwait(false), maker).ConfigureAwait(false);

    /// <summary>Waits until the record is durable; only then anything is made of the outcome. Where the lease ended
    /// while the request was served, what it was judged by may have been taken back meanwhile: a second record says
    /// that nothing was answered.</summary>
    private async Task<TAnswer> RecordedAsync<T, TAnswer, TMaker>(RecordDraft draft, Outcome<T> outcome, TMaker maker)
        where TMaker : struct, IAnswerMaker<T, TAnswer>
    {
        while (!draft.IsCommitted)
        {
            try
            {
                var receipt = await Append(draft, outcome.Refusal).ConfigureAwait(false);
                draft.Arrival.Receipt = receipt;
            }
            catch (AuditUnwritableException unwritable)
            {
                return maker.Make(NotRecorded(draft, outcome, unwritable));
            }

            if (!outcome.IsOk) break;
            LastUses.Note(draft, outcome.Value);
            if (_opened?.Vault.Lease.IsGood != false) break;
            if (outcome.Value is IDisposable secret) secret.Dispose();
            outcome = GateRefusals.Stale;
        }

        return maker.Make(Measured(draft, outcome));
    }

    private ValueTask<Outcome<T>> RunAsync<T>(RecordDraft draft, Caller caller, IOperation<T> operation,
        CancellationToken cancellation, bool hasMetFault = false)
    {
        if (_opened is not { } opened) return new(NotServing());
        if (!opened.Vault.Lease.IsGood) return new(GateRefusals.Stale);
        if (!Log.IsWritable) return new(GateRefusals.Unwritable(Log.WhyNot));
        // Whatever its maker may do, a join token does one thing.
        if (caller.JoinsNode is not null && operation is not Cluster.JoinNode)
            return new(Identities.CredentialRefusals.NotGood);
        var snapshot = opened.Vault.Snapshot;
        var now = _time.GetUtcNow();
        if (!CredentialUses.Admit(snapshot, caller, now, Settings))
            return new(Identities.CredentialRefusals.NotGood);
        if (operation.GrantTokens is { Count: > 0 } tokens
            && GrantToken.Judge(opened.Vault.Hierarchy, tokens) is { } badToken) return new(badToken);
        var demand = operation.Demand;
        var circumstances = new Circumstances(now, draft.Arrival, operation.Attributes);
        var authorizing = Tracing.Start("gate.authorize");
        var decision = Authority.Decide(snapshot, caller, demand, circumstances);
        authorizing?.Dispose();
        draft.Note(demand, decision);
        if (!decision.Allowed)
        {
            draft.Resource ??= demand.Resource;
            return new(Authority.Refuse(demand, decision));
        }

        if (AlteredRows.Refuse(snapshot, demand) is { } altered) return new(altered);
        if (Dev is { } dev && !hasMetFault && dev.Faults.Find(caller, demand, draft) is { } fault)
            return MeetAsync(fault, draft, caller, operation, cancellation);
        var limiting = Tracing.Start("gate.quota");
        var spent = Rates.Take(snapshot, caller, demand, draft);
        limiting?.Dispose();
        if (spent is not null) return new(spent);
        var span = Tracing.Start("vault.", operation.Verb.Name);
        var running = Tracing.EndAfter(span, operation.RunAsync(
            new Passage(this, opened, snapshot, draft, now, operation.Attributes)));
        return running.IsCompleted && draft.Grants is null
            ? running
            : GrantUse.CountAsync(running, snapshot, opened.Lane, draft);
    }

    /// <summary>Nothing is answered that could not be recorded: what came out is cleared and the caller
    /// refused.</summary>
    private Outcome<T> NotRecorded<T>(RecordDraft draft, Outcome<T> outcome, AuditUnwritableException failure)
    {
        _metrics.RecordFailed();
        if (outcome.IsOk && outcome.Value is IDisposable secret) secret.Dispose();
        return Measured<T>(draft, GateRefusals.Unwritable(failure.Message));
    }

    private ValueTask<Receipt> Append(RecordDraft draft, Refusal? refusal)
    {
        draft.Project ??= draft.Caller?.Project?.Value;
        ReadOnlySpan<byte> record;
        try
        {
            record = RecordWriter.Write(draft, _time.GetUtcNow(),
                _time.GetElapsedTime(draft.Arrival.ReceivedTicks), Settings.Node, refusal, null);
        }
        catch (Exception failure)
        {
            Failures.Judge(_logger, failure, draft.Arrival);
            throw new AuditUnwritableException("The record could not be made.", failure);
        }

        // Ends when the request is described: to wait here would cost each request another object.
        Tracing.Start("audit.commit")?.Leave();
        return Log.AppendAsync(record, isBrief: true);
    }

    private Outcome<T> Measured<T>(RecordDraft draft, Outcome<T> outcome)
    {
        if (Tracing.IsOn) RequestTrace.Current?.Describe(draft, outcome.Refusal);
        _metrics.Count(draft, outcome.Refusal, _time.GetElapsedTime(draft.Arrival.ReceivedTicks));
        return outcome;
    }

    private Refusal NotServing() => GateRefusals.NotServing(_status);

    /// <summary>What is there while the vault stands open.</summary>
    internal sealed record Opened(OpenedVault Vault, ChangeLane Lane);
}
