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
public sealed record ReadRecords(ProjectId? Project, RecordFilter Filter, long FromIndex, int Limit)
    : IOperation<RecordPage>
{
    public const int MaximumLimit = 1_000;

    /// <summary>A page that finds nothing must end too: the reader goes on from where it stopped.</summary>
    private const int MaximumScanned = 50_000;

    Verb IOperation<RecordPage>.Verb { get; } = new("read_audit", OperationClass.AdminRead);

    Demand IOperation<RecordPage>.Demand => Project is { } project
        ? Demand.On(Permission.AuditRead, project)
        : Demand.OnDeployment(Permission.AuditReadAll);

    void IOperation<RecordPage>.Describe(RecordDraft draft) =>
        draft.Resource = Project is { } project ? project.FullName + "/audit" : "audit";

    async ValueTask<Outcome<RecordPage>> IOperation<RecordPage>.RunAsync(Passage passage)
    {
        if (FromIndex < 0 || Limit is < 1 or > MaximumLimit)
            return new Refusal(RefusalReason.InvalidArgument, $"A page of records has 1 to {MaximumLimit}.");
        var filter = Filter with { Project = Project?.Value };
        var found = new List<(long Index, ReadOnlyMemory<byte> Bytes)>();
        var (next, scanned) = (FromIndex, 0);
        await foreach (var (index, entry) in passage.Log.ReadAsync(FromIndex,
            CancellationToken.None).ConfigureAwait(false))
        {
            next = index + 1;
            if (filter.Matches(entry)) found.Add((index, entry.ToArray()));
            if (found.Count == Limit || ++scanned == MaximumScanned) break;
        }

        return new RecordPage(passage.Log.Origin, found, next, next >= passage.Log.Size);
    }
}
