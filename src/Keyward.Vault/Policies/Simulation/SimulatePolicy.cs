using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies.Questions;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Simulation;

/// <summary>Calls that a draft would have decided otherwise than they were.</summary>
/// <param name="WouldBeAllowed">Refused then, and allowed by the draft; else the other way round.</param>
/// <param name="IsCertain">False where a condition looks at what records do not have.</param>
/// <param name="Rule">The draft's rule that decides; null where nothing allows.</param>
/// <param name="Example">The newest one's id.</param>
public sealed record DecidedOtherwise(
    string Principal, string Permission, string Resource, bool WouldBeAllowed, bool IsCertain, string? Rule,
    long Calls, DateTimeOffset First, DateTimeOffset Last, string Example);

/// <summary>What a draft would have meant for the calls of a time, as this node's log has them.</summary>
/// <param name="Judged">Calls that policies decided, each judged again.</param>
/// <param name="DifferentAlready">Calls that today's policies decide otherwise too, as the draft does.</param>
/// <param name="Undecided">Calls of which neither the draft nor today's policies can be judged, since conditions look
/// at what records do not have.</param>
/// <param name="IsWhole">False where there were more calls than are judged at once: then the newest were.</param>
public sealed record Simulation(
    string Log, long Judged, long DifferentAlready, long Undecided, bool IsWhole,
    IReadOnlyList<DecidedOtherwise> Otherwise);

/// <summary>Judges recorded calls again by a draft, through the one evaluation of rights, with what the records show of
/// each. Who asks must be able to read both the log and the policy that the draft would replace.</summary>
public sealed record SimulatePolicy(PolicyDraft Draft, DateTimeOffset Since) : IOperation<Simulation>
{
    /// <summary>Some ten seconds of one processor.</summary>
    private const int MaximumCalls = 500_000;

    /// <summary>More kinds of differences than these nobody reads.</summary>
    private const int MaximumKinds = 1_000;

    Verb IOperation<Simulation>.Verb { get; } = new("simulate_policy", OperationClass.AdminRead);

    Demand IOperation<Simulation>.Demand => Demand.ToReadLog(Draft.Project);

    void IOperation<Simulation>.Describe(RecordDraft draft)
    {
        draft.Resource = Draft.Name;
        draft.Project = Draft.Project?.Value;
        draft.Parameter("since", Since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
    }

    async ValueTask<Outcome<Simulation>> IOperation<Simulation>.RunAsync(Passage passage)
    {
        if (passage.Judge(Draft.ToRead) is { } refusal) return refusal;
        if (!Draft.In(passage.Snapshot).TryGet(out var drafted, out var bad)) return bad;
        var log = passage.Log;
        var search = new RecordSearch(log, log.Followed?.Index, Draft.Filter with { Since = Since });
        var found = new Dictionary<(string, string, string, bool, bool, string?), DecidedOtherwise>();
        var (read, judged, already, undecided) = (0, 0L, 0L, 0L);
        await foreach (var (_, bytes) in search.NewestAsync(MaximumCalls).ConfigureAwait(false))
        {
            read++;
            if (Simulator.Judge(passage.Snapshot, drafted, bytes) is not { } judgement) continue;
            judged++;
            if (judgement.IsSame) continue;
            if (judgement.IsUndecided) undecided++;
            else if (judgement.IsSameToday) already++;
            else Add(found, judgement);
        }

        passage.Record.Parameter("found", judged.ToString(CultureInfo.InvariantCulture));
        return new Simulation(log.Origin, judged, already, undecided,
            read < MaximumCalls && found.Count < MaximumKinds, [.. found.Values.OrderByDescending(d => d.Calls)]);
    }

    private static void Add(
        Dictionary<(string, string, string, bool, bool, string?), DecidedOtherwise> found, Judgement judgement)
    {
        var call = judgement.Call;
        var resource = judgement.Demand.Resource;
        var key = (call.Principal!, call.Permission!, resource, judgement.Allows, judgement.IsCertain,
            judgement.Rule);
        // From the newest call back.
        if (found.TryGetValue(key, out var known))
            found[key] = known with { Calls = known.Calls + 1, First = call.Time };
        else if (found.Count < MaximumKinds)
            found[key] = new DecidedOtherwise(call.Principal!, call.Permission!, resource, judgement.Allows,
                judgement.IsCertain, judgement.Rule, 1, call.Time, call.Time, call.Id);
    }
}
