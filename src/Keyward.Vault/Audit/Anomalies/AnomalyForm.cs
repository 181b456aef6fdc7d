using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Anomalies;

/// <summary>A finding as it stands in the fold's file.</summary>
internal static class AnomalyForm
{
    public static void Write(BinaryWriter writer, Anomaly anomaly)
    {
        writer.Write(anomaly.Id);
        writer.Write((int)anomaly.Kind);
        writer.Write((int)anomaly.Severity);
        writer.Write(anomaly.Principal);
        writer.Write(anomaly.Key);
        writer.Write(Micros.Of(anomaly.Time));
        writer.Write(anomaly.Why);
        writer.Write(anomaly.Evidence.Count);
        foreach (var index in anomaly.Evidence) writer.Write(index);
        writer.Write((int)anomaly.Verdict);
        writer.Write(anomaly.JudgedBy);
        writer.Write(Micros.Of(anomaly.JudgedAt) ?? 0);
        writer.Write(anomaly.Note);
    }

    public static Anomaly Read(BinaryReader reader)
    {
        var (id, kind, severity) =
            (reader.ReadString(), (AnomalyKind)reader.ReadInt32(), (AnomalySeverity)reader.ReadInt32());
        var (principal, key) = (reader.ReadString(), reader.ReadString());
        var (time, why) = (Micros.Time(reader.ReadInt64()), reader.ReadString());
        var evidence = new long[reader.ReadInt32()];
        for (var i = 0; i < evidence.Length; i++) evidence[i] = reader.ReadInt64();
        var verdict = (AnomalyVerdict)reader.ReadInt32();
        var by = reader.ReadString();
        var at = reader.ReadInt64();
        return new Anomaly(id, kind, severity, principal, key, time, why, evidence)
        {
            Verdict = verdict, JudgedBy = by, JudgedAt = at == 0 ? null : Micros.Time(at), Note = reader.ReadString(),
        };
    }
}
