using System.Globalization;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Audit;

/// <summary>By what records are counted.</summary>
public enum CountField
{
    Unspecified = 0,
    Key = 1,
    Principal = 2,
    Source = 3,
    Operation = 4,
    Outcome = 5,
    Project = 6,
}

/// <summary>How many records matched, and how many of them have each text of the field, the most frequent
/// first.</summary>
/// <param name="Others">Texts that are not shown.</param>
public sealed record RecordCounts(
    string Log, long Matched, IReadOnlyList<(string Text, long Count)> Texts, long Others);

/// <summary>Counts the records that a filter matches by one of their fields, from the index beside the log. It is what
/// reading them would give, so it takes the right to read them.</summary>
/// <param name="Project">Null for all projects, which is a right on the deployment.</param>
public sealed record CountRecords(ProjectId? Project, RecordFilter Filter, CountField Field, int Limit)
    : IOperation<RecordCounts>
{
    public const int MaximumLimit = 10_000;

    /// <summary>Read every record and leave the index aside.</summary>
    public bool Scan { get; init; }

    internal static Refusal TooMany { get; } = new(RefusalReason.InvalidArgument,
        $"More than {FieldCounts.MaximumRead:N0} records would have to be read one by one for this. Ask for a shorter "
        + "time, or by whole names.");

    Verb IOperation<RecordCounts>.Verb { get; } = new("count_audit", OperationClass.AdminRead);

    Demand IOperation<RecordCounts>.Demand => Demand.ToReadLog(Project);

    void IOperation<RecordCounts>.Describe(RecordDraft draft)
    {
        draft.Resource = Project is { } project ? project.FullName + "/audit" : "audit";
        draft.Parameter("by", Field.ToString());
        foreach (var (name, value) in Filter.Asked) draft.Parameter(name, value);
    }

    async ValueTask<Outcome<RecordCounts>> IOperation<RecordCounts>.RunAsync(Passage passage)
    {
        if (Limit is < 1 or > MaximumLimit || IndexFieldOf(Field) is not { } field)
            return new Refusal(RefusalReason.InvalidArgument,
                $"Records are counted by a field, and 1 to {MaximumLimit} of its texts are shown.");
        var counts = new FieldCounts(passage.Log, Scan ? null : passage.Log.Followed?.Index,
            Filter with { Project = Project?.Value }, field);
        if (!await counts.RunAsync().ConfigureAwait(false)) return TooMany;
        passage.Record.Parameter("found", counts.Matched.ToString(CultureInfo.InvariantCulture));
        return new RecordCounts(passage.Log.Origin, counts.Matched,
            [
                .. counts.Counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal)
                    .Take(Limit).Select(c => (c.Key, c.Value)),
            ], Math.Max(0, counts.Counts.Count - Limit));
    }

    private static IndexField? IndexFieldOf(CountField field) => field switch
    {
        CountField.Key => IndexField.Key,
        CountField.Principal => IndexField.Principal,
        CountField.Source => IndexField.Ip,
        CountField.Operation => IndexField.Operation,
        CountField.Outcome => IndexField.Outcome,
        CountField.Project => IndexField.Project,
        CountField.Unspecified => null,
    };
}
