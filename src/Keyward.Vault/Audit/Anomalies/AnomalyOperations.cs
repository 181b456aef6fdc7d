using System.Globalization;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Audit.Anomalies;

/// <summary>What was found in this node's log, the newest first.</summary>
/// <param name="OpenOnly">Those that nobody has judged.</param>
public sealed record ListAnomalies(bool OpenOnly, DateTimeOffset? Since) : IOperation<IReadOnlyList<Anomaly>>
{
    /// <summary>The newest of them.</summary>
    private const int MaximumListed = 1_000;

    Verb IOperation<IReadOnlyList<Anomaly>>.Verb { get; } = new("list_anomalies", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<Anomaly>>.Demand => Demand.OnDeployment(Permission.AnomaliesList);

    void IOperation<IReadOnlyList<Anomaly>>.Describe(RecordDraft draft) => draft.Resource = "anomalies";

    async ValueTask<Outcome<IReadOnlyList<Anomaly>>> IOperation<IReadOnlyList<Anomaly>>.RunAsync(Passage passage)
    {
        if (passage.Log.Followed is not { } followed) return LogRefusals.NoTree;
        await followed.Follower.CatchUpAsync().ConfigureAwait(false);
        return followed.Anomalies.All.Where(a => (!OpenOnly || a.IsOpen) && (Since is null || a.Time >= Since))
            .Take(MaximumListed).ToArray();
    }
}

/// <summary>A finding with what is ordinary there, and its records for those who may read them.</summary>
public sealed record ExplainedAnomaly(
    Anomaly Anomaly, string Log, string? Ordinary, IReadOnlyList<(long Index, ReadOnlyMemory<byte> Bytes)> Records);

public sealed record ExplainAnomaly(string Id) : IOperation<ExplainedAnomaly>
{
    Verb IOperation<ExplainedAnomaly>.Verb { get; } = new("explain_anomaly", OperationClass.AdminRead);

    Demand IOperation<ExplainedAnomaly>.Demand => Demand.OnDeployment(Permission.AnomaliesList);

    void IOperation<ExplainedAnomaly>.Describe(RecordDraft draft)
    {
        draft.Resource = "anomalies";
        draft.Parameter("finding", Id);
    }

    async ValueTask<Outcome<ExplainedAnomaly>> IOperation<ExplainedAnomaly>.RunAsync(Passage passage)
    {
        if (passage.Log.Followed is not { } followed) return LogRefusals.NoTree;
        await followed.Follower.CatchUpAsync().ConfigureAwait(false);
        if (followed.Anomalies.Find(Id) is not { } anomaly) return JudgeAnomaly.NoSuch(Id);
        var records = new List<(long, ReadOnlyMemory<byte>)>();
        if (passage.May(Demand.OnDeployment(Permission.AuditReadAll)))
            foreach (var index in anomaly.Evidence)
                await foreach (var (at, entry) in passage.Log.ReadAsync(index, CancellationToken.None)
                    .ConfigureAwait(false))
                {
                    if (at == index) records.Add((at, entry.ToArray()));
                    break;
                }

        return new ExplainedAnomaly(anomaly, passage.Log.Origin,
            followed.Anomalies.OrdinaryFor(anomaly.Principal, anomaly.Key), records);
    }
}

/// <summary>Says what a finding was. The record of it is the verdict: whoever makes the findings again of the log finds
/// it there. One that was false or expected is not told again for a while.</summary>
public sealed record JudgeAnomaly(string Id, AnomalyVerdict Verdict, string Note) : IOperation<Anomaly>
{
    internal const string Operation = "judge_anomaly";
    private const int MaximumNoteLength = 500;

    internal static Refusal NoSuch(string id) =>
        new(RefusalReason.NotFound, "This node's log has no such finding.", id);

    Verb IOperation<Anomaly>.Verb { get; } = new(Operation, OperationClass.AdminWrite);

    Demand IOperation<Anomaly>.Demand => Demand.OnDeployment(Permission.AnomaliesJudge);

    void IOperation<Anomaly>.Describe(RecordDraft draft)
    {
        draft.Resource = "anomalies";
        draft.Parameter("finding", Id);
        draft.Parameter("verdict", Verdict.Label());
        if (Note.Length > 0) draft.Parameter("note", Note);
    }

    async ValueTask<Outcome<Anomaly>> IOperation<Anomaly>.RunAsync(Passage passage)
    {
        if (Verdict == AnomalyVerdict.Unspecified)
            return new Refusal(RefusalReason.InvalidArgument, "A verdict is true, false or expected.");
        if (Note.Length > MaximumNoteLength || Note.Any(char.IsControl))
            return new Refusal(RefusalReason.InvalidArgument,
                string.Create(CultureInfo.InvariantCulture, $"A note has one line of {MaximumNoteLength} characters."));
        if (passage.Log.Followed is not { } followed) return LogRefusals.NoTree;
        await followed.Follower.CatchUpAsync().ConfigureAwait(false);
        return followed.Anomalies.Find(Id) is { } anomaly
            ? anomaly with { Verdict = Verdict, JudgedBy = passage.Caller.Email, JudgedAt = passage.Now, Note = Note }
            : NoSuch(Id);
    }
}
