using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Storage;

/// <summary>A change that waits for the lane, and then for its commit and its record.</summary>
internal abstract class PendingChange(RecordDraft record)
{
    public RecordDraft Record { get; } = record;

    /// <summary>Where it stands in the trace of the request that asked for it.</summary>
    public Traces.TracePlace? Trace { get; } = Traces.Tracing.Here();

    /// <summary>Judges the change and fills the draft. False if it was refused: then nothing of it is
    /// written.</summary>
    public abstract bool Judge(ChangeDraft draft);

    /// <summary>Hands the caller what the judgement gave.</summary>
    public abstract void Complete();

    public abstract void Refuse(Refusal refusal);

    /// <summary>Sets what <see cref="Complete"/> will hand over: it was not judged.</summary>
    public abstract void TurnAway(Refusal refusal);

    public abstract void Fail(Exception failure);
}

/// <inheritdoc/>
internal sealed class PendingChange<T>(RecordDraft record, Func<ChangeDraft, Outcome<T>> judge) : PendingChange(record)
{
    private readonly TaskCompletionSource<Outcome<T>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Outcome<T> _outcome;

    public Task<Outcome<T>> Done => _done.Task;

    public override bool Judge(ChangeDraft draft)
    {
        _outcome = judge(draft);
        return _outcome.IsOk;
    }

    public override void Complete() => _done.TrySetResult(_outcome);

    public override void TurnAway(Refusal refusal) => _outcome = refusal;

    public override void Refuse(Refusal refusal) => _done.TrySetResult(refusal);

    public override void Fail(Exception failure) => _done.TrySetException(failure);
}
