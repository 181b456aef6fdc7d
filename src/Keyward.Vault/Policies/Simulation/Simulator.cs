using Keyward.Vault.Policies.Questions;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Simulation;

/// <summary>How a recorded call is decided by a draft.</summary>
/// <param name="Allows">What the draft says; where that is not certain, what it may say otherwise than was
/// decided.</param>
/// <param name="IsSameToday">Today's policies decide as the draft does.</param>
/// <param name="IsUndecided">Neither the draft nor today's policies can be judged by what the record has.</param>
internal readonly record struct Judgement(RecordedCall Call, Demand Demand, bool Allows, bool IsSame, bool IsSameToday,
    bool IsCertain, bool IsUndecided, string? Rule);

/// <summary>Judges a recorded call again.</summary>
internal static class Simulator
{
    /// <summary>Null for what no policy decided: a call without a caller, or of no right.</summary>
    public static Judgement? Judge(Snapshot today, Snapshot drafted, ReadOnlyMemory<byte> record)
    {
        var call = RecordedCall.Parse(record);
        if (call is not { Principal: not null, Decision: { } decision, Asked: { } asked }
            || call.Type == Gate.Caller.SystemType) return null;
        var demand = asked.Demand;
        var then = decision == "allow";
        var draft = Decide(drafted, call, demand);
        if (draft.Allows == then) return new Judgement(call, demand, then, true, true, true, false, null);
        var now = Decide(today, call, demand);
        return new Judgement(call, demand, !then, false, now.Allows == !then, draft.Allows is not null,
            draft.Allows is null && now.Allows is null, draft.Rule);
    }

    /// <summary>Null where a condition decides that looks at what the record does not have.</summary>
    private static (bool? Allows, string? Rule) Decide(Snapshot state, RecordedCall call, in Demand demand)
    {
        var attributes = new RecordedAttributes(call);
        var caller = call.CallerIn(state);
        var circumstances = new Circumstances(call.Time, call.ToArrival(), attributes);
        var decision = Authority.Decide(state, caller, demand, circumstances);
        if (attributes.HasMissed)
        {
            var least = Authority.Decide(state, caller, demand, circumstances with { Assumption = Assumption.Least });
            var most = Authority.Decide(state, caller, demand, circumstances with { Assumption = Assumption.Most });
            if (least.Allowed != most.Allowed) return (null, null);
            decision = least;
        }

        // A session may have been narrowed by what is not in the record; it was never widened.
        if (call.IsOfSession && decision.Allowed && call.Decision != "allow") return (null, null);
        return (decision.Allowed, decision.Rule is { } rule
            ? $"{rule.At}: {(rule.Rule.Length > 0 ? rule.Rule : rule.Document)}" : null);
    }
}
