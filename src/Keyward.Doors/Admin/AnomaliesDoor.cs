using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Audit.Anomalies;
using Keyward.Vault.Gate;
using Anomaly = Keyward.Protos.V1.Anomaly;
using ExplainedAnomaly = Keyward.Protos.V1.ExplainedAnomaly;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Anomalies.</summary>
internal sealed class AnomaliesDoor(Gate gate) : Protos.V1.Anomalies.AnomaliesBase
{
    public override Task<ListAnomaliesResponse> ListAnomalies(
        ListAnomaliesRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ListAnomalies(!request.All, request.Since?.ToDateTimeOffset()),
            found => new ListAnomaliesResponse { Anomalies = { found.Select(Show) } });

    public override Task<ExplainedAnomaly> GetAnomaly(GetAnomalyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ExplainAnomaly(request.Id), explained => new ExplainedAnomaly
        {
            Anomaly = Show(explained.Anomaly),
            Log = explained.Log,
            Ordinary = explained.Ordinary ?? "",
            Records = { explained.Records.Select(r => Encoding.UTF8.GetString(r.Bytes.Span)) },
        });

    public override Task<Anomaly> JudgeAnomaly(JudgeAnomalyRequest request, ServerCallContext context) =>
        gate.PassAsync(context,
            new JudgeAnomaly(request.Id, AnomalyNames.VerdictOf(request.Verdict), request.Note), Show);

    private static Anomaly Show(Vault.Audit.Anomalies.Anomaly anomaly) => new()
    {
        Id = anomaly.Id,
        Kind = anomaly.Kind.Label(),
        Severity = anomaly.Severity.Label(),
        Principal = anomaly.Principal,
        Key = anomaly.Key,
        Time = anomaly.Time.ToTimestamp(),
        Why = anomaly.Why,
        Evidence = { anomaly.Evidence },
        Verdict = anomaly.Verdict.Label(),
        JudgedBy = anomaly.JudgedBy,
        JudgeTime = anomaly.JudgedAt?.ToTimestamp(),
        Note = anomaly.Note,
    };
}
