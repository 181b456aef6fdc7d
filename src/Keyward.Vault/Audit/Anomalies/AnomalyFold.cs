using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Anomalies;

/// <summary>Findings in this node's log, with the verdicts that were given on them, which are records of the log
/// themselves: so all of it can be made again of the log. The follower adds, anyone asks.</summary>
internal sealed class AnomalyFold : ILogFold
{
    private const string FileName = "anomalies-1";

    /// <summary>So many records are read again after a crash, at most.</summary>
    private const int SaveEvery = 65_536;

    private const int MaximumFindings = 10_000;

    private readonly Lock _lock = new();
    private readonly ITreeFiles _files;
    private readonly IAuditLog _log;
    private readonly AnomalySettings _settings;
    private readonly Detector _detector;
    private readonly Dictionary<string, Anomaly> _found = [];
    private readonly Dictionary<(AnomalyKind, string, string), long> _suppressed = [];
    private long _next;
    private long _saved;

    private AnomalyFold(ITreeFiles files, IAuditLog log, AnomalySettings settings)
    {
        (_files, _log, _settings, _detector) = (files, log, settings, new Detector(settings));
        _next = FoldFile.Load(files, FileName, log, Read) ?? log.FirstIndex;
        _saved = _next;
    }

    public static AnomalyFold Open(ITreeFiles files, IAuditLog log, AnomalySettings settings) =>
        new(files, log, settings);

    public long Next => Volatile.Read(ref _next);

    /// <summary>Is told of each finding as it is made.</summary>
    public Action<Anomaly>? Found { get; set; }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Anomaly> All
    {
        get { lock (_lock) return [.. _found.Values.OrderByDescending(a => a.Time).ThenBy(a => a.Id)]; }
    }

    public Anomaly? Find(string id)
    {
        lock (_lock) return _found.GetValueOrDefault(id);
    }

    /// <summary>What is ordinary for a principal and a key, in a sentence; null where nothing is known.</summary>
    public string? OrdinaryFor(string principal, string key)
    {
        lock (_lock)
        {
            if (_detector.Baselines.Find(principal, key) is not { } pair) return null;
            return string.Create(CultureInfo.InvariantCulture,
                $"{pair.Uses} uses since {Micros.Time(pair.FirstMicros):u}, mean {pair.Mean:0.#} an hour, at ") +
                string.Create(CultureInfo.InvariantCulture,
                    $"{pair.KnownHours} of 168 hours of the week, from {string.Join(", ", pair.Networks)}.");
        }
    }

    public void Add(RecordFacts facts)
    {
        lock (_lock)
        {
            if (facts is { Operation: JudgeAnomaly.Operation, Outcome: Outcomes.Ok }) Judge(facts);
            else
                foreach (var signal in _detector.Look(facts)) Tell(signal, facts);
            Volatile.Write(ref _next, facts.Index + 1);
        }
    }

    public void Settle(bool isLast)
    {
        if (_next == _saved || (!isLast && _next - _saved < SaveEvery)) return;
        lock (_lock) FoldFile.Save(_files, FileName, _log.Origin, _next, Write);
        _saved = _next;
    }

    private void Tell(Signal signal, RecordFacts facts)
    {
        var watch = _detector.Baselines.Of(signal.Principal, facts.TimeMicros);
        var weighs = watch.HasOther(signal.Kind, facts.TimeMicros) && signal.Severity < AnomalySeverity.Critical;
        watch.Tell(signal.Kind, facts.TimeMicros);
        var about = (signal.Kind, signal.Principal, signal.Key);
        if (_suppressed.TryGetValue(about, out var since)
            && facts.Time - Micros.Time(since) < _settings.Suppression) return;
        var severity = weighs ? signal.Severity + 1 : signal.Severity;
        var anomaly = new Anomaly(IdOf(signal, facts.Index), signal.Kind, severity, signal.Principal, signal.Key,
            facts.Time, signal.Why, signal.Evidence);
        if (_found.Count >= MaximumFindings)
            _found.Remove(_found.Values.OrderBy(a => a.IsOpen).ThenBy(a => a.Time).First().Id);
        _found[anomaly.Id] = anomaly;
        Found?.Invoke(anomaly);
    }

    /// <summary>A verdict as its record has it.</summary>
    private void Judge(RecordFacts facts)
    {
        using var json = JsonDocument.Parse(facts.Bytes);
        if (!json.RootElement.TryGetProperty("params", out var parameters)
            || Text(parameters, "finding") is not { } id || !_found.TryGetValue(id, out var anomaly)) return;
        var verdict = AnomalyNames.VerdictOf(Text(parameters, "verdict"));
        _found[id] = anomaly with
        {
            Verdict = verdict, JudgedBy = facts.Principal ?? "", JudgedAt = facts.Time,
            Note = Text(parameters, "note") ?? "",
        };
        var about = (anomaly.Kind, anomaly.Principal, anomaly.Key);
        if (verdict is AnomalyVerdict.False or AnomalyVerdict.Expected) _suppressed[about] = facts.TimeMicros;
        else _suppressed.Remove(about);
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The same finding has the same id whenever it is made again.</summary>
    private string IdOf(Signal signal, long index) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture,
            $"{_log.Origin}\n{index}\n{signal.Kind.Label()}\n{signal.Principal}\n{signal.Key}"))).AsSpan(0, 8));

    private void Write(BinaryWriter writer)
    {
        _detector.Baselines.Write(writer);
        writer.Write(_found.Count);
        foreach (var anomaly in _found.Values) AnomalyForm.Write(writer, anomaly);
        writer.Write(_suppressed.Count);
        foreach (var ((kind, principal, key), micros) in _suppressed)
        {
            writer.Write((int)kind);
            writer.Write(principal);
            writer.Write(key);
            writer.Write(micros);
        }
    }

    private void Read(BinaryReader reader)
    {
        _detector.Baselines.Read(reader);
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var anomaly = AnomalyForm.Read(reader);
            _found[anomaly.Id] = anomaly;
        }

        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var about = ((AnomalyKind)reader.ReadInt32(), reader.ReadString(), reader.ReadString());
            _suppressed[about] = reader.ReadInt64();
        }
    }
}
