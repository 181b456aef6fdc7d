using Keyward.Vault.Audit;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Gate;

internal static class Rehearsal
{
    public static readonly Refusal Passed = new(RefusalReason.Rehearsed,
        "The request would have succeeded, but it was a rehearsal: nothing was done.");
}

/// <summary>Asks whether an operation would succeed: everything is judged as for the real one, and nothing comes of
/// it. What the operation would give is thrown away, a change is not committed.</summary>
public sealed class Rehearsal<T>(IOperation<T> operation) : IOperation<T>
{
    Verb IOperation<T>.Verb => operation.Verb;

    Demand IOperation<T>.Demand => operation.Demand;

    IRequestAttributes? IOperation<T>.Attributes => operation.Attributes;

    IReadOnlyList<string>? IOperation<T>.GrantTokens => operation.GrantTokens;

    void IOperation<T>.Describe(RecordDraft draft)
    {
        operation.Describe(draft);
        draft.Parameter("rehearsal", "true");
    }

    async ValueTask<Outcome<T>> IOperation<T>.RunAsync(Passage passage)
    {
        var outcome = await operation.RunAsync(passage.ToRehearse()).ConfigureAwait(false);
        if (!outcome.TryGet(out var value, out var refusal)) return refusal;
        // A verification that does not hold would not have succeeded: its answer says so.
        if (value is Verified { Holds: false }) return outcome;
        (value as IDisposable)?.Dispose();
        return Rehearsal.Passed;
    }
}
