using Keyward.Vault.Audit.Index;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Audit;

/// <summary>How often one key was asked for, and how often that went well.</summary>
public sealed record KeyFigure(string Key, long Requests, long Ok);

/// <summary>A page of figures, in order of the keys' names.</summary>
/// <param name="Next">The name behind which to go on; null at the end.</param>
public sealed record KeyFigures(string Log, IReadOnlyList<KeyFigure> Keys, string? Next);

/// <summary>Figures of every key that the node's log names, which are too many for metrics: counted from the log's
/// index. Names of keys say something of their owners, so it is a right of its own.</summary>
/// <param name="Project">Null for all projects.</param>
/// <param name="Since">From when on; null for the whole log.</param>
/// <param name="Behind">The name behind which the page begins.</param>
public sealed record ReadKeyFigures(ProjectId? Project, DateTimeOffset? Since, string Behind, int Limit)
    : IOperation<KeyFigures>
{
    public const int MaximumLimit = 10_000;

    Verb IOperation<KeyFigures>.Verb { get; } = new("read_key_figures", OperationClass.AdminRead);

    Demand IOperation<KeyFigures>.Demand => Project is { } project
        ? Demand.On(Permission.MetricsReadKeys, project)
        : Demand.OnDeployment(Permission.MetricsReadKeys);

    void IOperation<KeyFigures>.Describe(RecordDraft draft)
    {
        draft.Resource = Project is { } project ? project.FullName + "/metrics" : "metrics";
        if (Since is { } since) draft.Parameter("since", since.UtcDateTime.ToString("O"));
    }

    async ValueTask<Outcome<KeyFigures>> IOperation<KeyFigures>.RunAsync(Passage passage)
    {
        if (Limit is < 1 or > MaximumLimit)
            return new Refusal(RefusalReason.InvalidArgument, $"A page of figures has 1 to {MaximumLimit}.");
        var filter = new RecordFilter { Project = Project?.Value, Since = Since };
        var (log, index) = (passage.Log, passage.Log.Followed?.Index);
        var all = new FieldCounts(log, index, filter, IndexField.Key);
        var ok = new FieldCounts(log, index, filter with { Outcome = Outcomes.Ok }, IndexField.Key);
        if (!await all.RunAsync().ConfigureAwait(false) || !await ok.RunAsync().ConfigureAwait(false))
            return CountRecords.TooMany;
        // One more than the page says whether there is a next one.
        var keys = all.Counts.Where(c => string.CompareOrdinal(c.Key, Behind) > 0)
            .OrderBy(c => c.Key, StringComparer.Ordinal).Take(Limit + 1)
            .Select(c => new KeyFigure(c.Key, c.Value, ok.Counts.GetValueOrDefault(c.Key))).ToList();
        return keys.Count <= Limit
            ? new KeyFigures(log.Origin, keys, null)
            : new KeyFigures(log.Origin, keys[..Limit], keys[Limit - 1].Key);
    }
}
