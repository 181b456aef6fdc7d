using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies.Questions;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Simulation;

/// <summary>What was made use of, as this node's log has it.</summary>
/// <param name="IsWhole">False where there were more calls than are read at once: then the newest were.</param>
public sealed record Observed(string Log, bool IsWhole, IReadOnlyList<ObservedUse> Uses);

/// <summary>Which rights were made use of below a resource since a time, and by whom: what recommendations rest
/// on.</summary>
/// <param name="Principal">By its name; null for all.</param>
public sealed record ObserveUses(PolicyTarget Target, string? Principal, DateTimeOffset Since) : IOperation<Observed>
{
    private const int MaximumCalls = 1_000_000;
    private const int MaximumUses = 100_000;

    Verb IOperation<Observed>.Verb { get; } = new("observe_uses", OperationClass.AdminRead);

    Demand IOperation<Observed>.Demand => Demand.ToReadLog(Target.InProject);

    void IOperation<Observed>.Describe(RecordDraft draft)
    {
        draft.Resource = Target.FullName;
        draft.Project = Target.InProject?.Value;
        if (Principal is not null) draft.Parameter("principal", Principal);
        draft.Parameter("since", Since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
    }

    async ValueTask<Outcome<Observed>> IOperation<Observed>.RunAsync(Passage passage)
    {
        if (passage.Judge(Target.ToRead) is { } refusal) return refusal;
        var log = passage.Log;
        var filter = new RecordFilter
        {
            Key = Target.Key?.ToString() ?? Target.Ring?.ToString(), Project = Target.InProject?.Value,
            Principal = Principal, Since = Since,
        };
        var found = new Dictionary<(string, string, string), ObservedUse>();
        var read = 0;
        await foreach (var (_, bytes) in new RecordSearch(log, log.Followed?.Index, filter)
            .NewestAsync(MaximumCalls).ConfigureAwait(false))
        {
            read++;
            Add(found, passage.Snapshot, RecordedCall.Parse(bytes));
        }

        passage.Record.Parameter("found", read.ToString(CultureInfo.InvariantCulture));
        return new Observed(
            log.Origin, read < MaximumCalls && found.Count < MaximumUses, [.. found.Values]);
    }

    private static void Add(
        Dictionary<(string, string, string), ObservedUse> found, Snapshot snapshot, RecordedCall call)
    {
        if (call is not { Decision: "allow", Principal: { } principal, Permission: { } permission }
            || call.Type == Caller.SystemType || call.Asked is not { Target: var target }) return;
        var member = call.CallerIn(snapshot).Member is { Length: > 0 } known ? known : principal;
        var key = (member, permission, target.FullName);
        if (!found.TryGetValue(key, out var use))
        {
            if (found.Count == MaximumUses) return;
            use = new ObservedUse(member, permission, key.Item3, ArnOf(snapshot, target), 0, call.Time, call.Time,
                []);
        }

        found[key] = use with
        {
            Calls = use.Calls + 1, First = call.Time,
            Rules = call.DecidedBy is { } rule && !use.Rules.Contains(rule) ? [.. use.Rules, rule] : use.Rules,
        };
    }

    private static string? ArnOf(Snapshot snapshot, PolicyTarget target) =>
        target.Key is { } name && snapshot.Find(name) is { } entry && snapshot.Find(name.Project) is { } project
            ? $"arn:aws:kms:{name.Parent.Parent.Location.Value}:{project.Project.Account}:key/{entry.Key.IdText}"
            : null;
}
