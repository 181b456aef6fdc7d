using Keyward.Vault.Audit;
using Keyward.Vault.Development;

namespace Keyward.Vault.Gate;

/// <summary>What a development server has beside all else.</summary>
public sealed partial class Gate
{
    private static readonly Refusal WentAway = new(RefusalReason.Cancelled,
        "The caller went away while a rehearsed delay held the operation back.");

    /// <summary>Null everywhere else.</summary>
    internal DevMode? Dev { get; init; }

    /// <summary>The time of the callers' world: <see cref="Now"/>, but where the vault's clock was moved.</summary>
    public DateTimeOffset World => Dev is { } dev ? Now - dev.Clock.Offset : Now;

    private Moment Moment => new(Now, World);

    /// <summary>The one place where a fault is rehearsed: the caller is known and has the right, and nothing was done
    /// yet. Who was only delayed is judged anew.</summary>
    private async ValueTask<Outcome<T>> MeetAsync<T>(FaultRule fault, RecordDraft draft, Caller caller,
        IOperation<T> operation, CancellationToken cancellation)
    {
        draft.Parameter("fault", fault.Id);
        if (fault.Delay > TimeSpan.Zero)
            try
            {
                await Task.Delay(fault.Delay, _time, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return WentAway;
            }

        return _opened is { } opened
            && FaultRefusals.Of(fault.Kind, operation.Demand, opened.Vault.Snapshot) is { } refusal
                ? refusal
                : await RunAsync(draft, caller, operation, cancellation, hasMetFault: true).ConfigureAwait(false);
    }
}
