using System.Globalization;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Audit;

/// <summary>Some records, in the log's order, as they were written, and where to go on.</summary>
/// <param name="NextIndex">The index to read from next.</param>
/// <param name="AtEnd">Nothing durable lies behind <paramref name="NextIndex"/> yet.</param>
public sealed record RecordPage(
    string Log, IReadOnlyList<(long Index, ReadOnlyMemory<byte> Bytes)> Records, long NextIndex, bool AtEnd);

/// <summary>Reads the audit log, of one project or of all. Reading it is a right of its own, and recorded once a
/// page.</summary>
/// <param name="Project">Null for all projects, which is a right on the deployment.</param>
/// <param name="FromIndex">Where to begin; with the newest first, only records below it, or 0 for the end.</param>
public sealed record ReadRecords(ProjectId? Project, RecordFilter Filter, long FromIndex, int Limit)
    : IOperation<RecordPage>
{
    public const int MaximumLimit = 1_000;

    /// <summary>Begin with the last record and go back.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>Read every record and leave the index aside.</summary>
    public bool Scan { get; init; }

    Verb IOperation<RecordPage>.Verb { get; } = new("read_audit", OperationClass.AdminRead);

    Demand IOperation<RecordPage>.Demand => Demand.ToReadLog(Project);

    void IOperation<RecordPage>.Describe(RecordDraft draft)
    {
        draft.Resource = Project is { } project ? project.FullName + "/audit" : "audit";
        foreach (var (name, value) in Filter.Asked) draft.Parameter(name, value);
    }

    async ValueTask<Outcome<RecordPage>> IOperation<RecordPage>.RunAsync(Passage passage)
    {
        if (FromIndex < 0 || Limit is < 1 or > MaximumLimit)
            return new Refusal(RefusalReason.InvalidArgument, $"A page of records has 1 to {MaximumLimit}.");
        var filter = Filter with { Project = Project?.Value };
        var search = new RecordSearch(passage.Log, Scan ? null : passage.Log.Followed?.Index, filter);
        var page = NewestFirst
            ? await search.BackwardAsync(FromIndex == 0 ? long.MaxValue : FromIndex, Limit).ConfigureAwait(false)
            : await search.ForwardAsync(FromIndex, Limit).ConfigureAwait(false);
        passage.Record.Parameter("found", page.Records.Count.ToString(CultureInfo.InvariantCulture));
        return page;
    }
}
