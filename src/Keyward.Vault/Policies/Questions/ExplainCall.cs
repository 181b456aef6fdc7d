using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;

namespace Keyward.Vault.Policies.Questions;

/// <summary>A recorded call, why it was decided as it was, and how it would be decided now.</summary>
public sealed record ExplainedCall(
    string Id, DateTimeOffset Time, string Operation, string Outcome, Explanation? Then, Explanation? Now,
    string? Note);

/// <summary>Explains a call that stands in the audit log, by the policies of its time: a right of those who may read
/// that log and the policies.</summary>
/// <param name="Id">A request's id, or a receipt <c>ORIGIN#INDEX</c>.</param>
public sealed record ExplainCall(string Id) : IOperation<ExplainedCall>
{
    private const int Step = 4_096;

    /// <summary>A search by id reads this many records at most, from the newest on; a receipt is found at
    /// once.</summary>
    private const int MaximumSearched = 1 << 20;

    Verb IOperation<ExplainedCall>.Verb { get; } = new("explain_call", OperationClass.AdminRead);

    Demand IOperation<ExplainedCall>.Demand => Demand.None("audit");

    void IOperation<ExplainedCall>.Describe(RecordDraft draft)
    {
        draft.Resource = "audit";
        draft.Parameter("id", Id);
    }

    async ValueTask<Outcome<ExplainedCall>> IOperation<ExplainedCall>.RunAsync(Passage passage)
    {
        var found = await FindAsync(passage.Log).ConfigureAwait(false);
        var demand = Demand.ToReadLog(
            found?.Project is { } id && ProjectId.TryParse(id, out var project) ? project : null);
        if (passage.Judge(demand) is { } refusal) return refusal;
        if (found is null) return new Refusal(RefusalReason.NotFound, "The log has no such record.");
        return Explain(passage, found);
    }

    private static Outcome<ExplainedCall> Explain(Passage passage, RecordedCall call)
    {
        var result = new ExplainedCall(call.Id, call.Time, call.Operation, call.Outcome, null, null, null);
        if (call.Principal is null)
            return result with { Note = "The call was refused before its caller was known: no policy was asked." };
        if (call.Permission is null || !PermissionNames.TryParse(call.Permission, out _))
            return result with { Note = "The call needed no right that policies give, or never came to be judged." };
        if (call.Asked is not (var demand, var target))
            return result with { Note = "What the call was about has no policy." };
        if (passage.Judge(target.ToRead) is { } refusal) return refusal;
        var circumstances = new Circumstances(call.Time, call.ToArrival());
        var past = PastPolicies.At(passage.Snapshot, target, call.Time);
        var then = Explanation.Of(past, call.CallerIn(past), demand, circumstances);
        var now = Explanation.Of(passage.Snapshot, call.CallerIn(passage.Snapshot), demand,
            circumstances with { Now = passage.Now });
        return result with
        {
            Then = then,
            Now = now,
            Note = call.Decision is "allow" or "deny" && (call.Decision == "allow") != then.Allowed
                ? "The record says otherwise: what a condition looked at, such as the context, is not in it."
                : call.Outcome is "ok" or "denied" ? null : "Policies allowed the call; it failed for another reason.",
        };
    }

    private async ValueTask<RecordedCall?> FindAsync(IAuditLog log)
    {
        var at = Id.LastIndexOf('#');
        if (at >= 0)
        {
            if (!DecimalNumber.TryParse(Id.AsSpan(at + 1), out long wanted)
                || Id[..at] != log.Origin || wanted >= log.Size) return null;
            await foreach (var (_, entry) in log.ReadAsync(wanted, CancellationToken.None).ConfigureAwait(false))
                return RecordedCall.Parse(entry);
            return null;
        }

        for (var end = log.Size; end > 0 && log.Size - end < MaximumSearched; end -= Step)
        {
            await foreach (var (index, entry) in log.ReadAsync(Math.Max(0, end - Step), CancellationToken.None)
                .ConfigureAwait(false))
            {
                if (index >= end) break;
                if (RecordFields.IdOf(entry.Span) == Id) return RecordedCall.Parse(entry);
            }
        }

        return null;
    }
}
