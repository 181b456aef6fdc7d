using Keyward.Vault.Audit.Index;
using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Anomalies;

/// <summary>Learns from records how principals use keys, and says where one does not fit. Deterministic: the same
/// records in the same order give the same signals, since every time is the records'. Belongs to its fold.</summary>
internal sealed class Detector(AnomalySettings settings)
{
    /// <summary>A key has to be old and known to be used by some before another user is news.</summary>
    private static readonly TimeSpan KeyAge = TimeSpan.FromDays(14);

    /// <summary>Hours of the week are known after four of them.</summary>
    private static readonly TimeSpan HoursLearning = TimeSpan.FromDays(28);

    private const int KnownPrincipals = 2;
    private const int UsesForSource = 50;
    private const int DeniedKeys = 5;
    private const double HighSigmas = 20;

    /// <summary>Uses that open what others sealed or speak in the key's name.</summary>
    private static readonly string[] Private =
        ["decrypt", "sign", "agree", "decapsulate", "asymmetric_decrypt", "raw_decrypt"];

    private readonly Baselines _baselines = new();

    /// <summary>Addresses come again and again; bounded, and then begun anew.</summary>
    private const int MaximumNetworks = 4_096;

    private readonly Dictionary<string, string> _networks = new(StringComparer.Ordinal);

    // Nearly every record gives none.
    private readonly List<Signal> _signals = [];

    public Baselines Baselines => _baselines;

    /// <summary>What does not fit; good until the next record.</summary>
    public List<Signal> Look(RecordFacts facts)
    {
        var signals = _signals;
        signals.Clear();
        if (facts.TimeMicros == 0 || facts.Principal is not { } principal || facts.PrincipalType == Caller.SystemType)
            return signals;
        if (ChangeSignals.Of(facts) is { } change) signals.Add(change);
        if (facts.Outcome == "denied") LookAtRefusal(facts, principal, signals);
        else if (facts is { Outcome: Outcomes.Ok, Version: > 0, Resource: { } resource, Operation: { } operation }
            && LastUses.NumberOf(operation) >= 0)
            LookAtUse(facts, principal, _baselines.KeyOf(resource), operation, signals);
        if (signals.Count > 0) signals.RemoveAll(s => settings.Off.Contains(s.Kind));
        return signals;
    }

    private void LookAtRefusal(RecordFacts facts, string principal, List<Signal> signals)
    {
        var watch = _baselines.Of(principal, facts.TimeMicros);
        var key = facts.Resource is { } resource ? _baselines.KeyOf(resource) : "";
        var (count, keys, evidence) = watch.Denied(facts.TimeMicros, facts.Index, key);
        // Many on few keys is mostly a role that somebody lost; over many keys it is a search.
        var isSearch = count >= settings.Denials && keys >= DeniedKeys;
        if (!isSearch && count < settings.Denials * DeniedKeys) return;
        if (watch.WasTold(AnomalyKind.DeniedBurst, facts.TimeMicros)) return;
        signals.Add(new Signal(AnomalyKind.DeniedBurst, isSearch ? AnomalySeverity.High : AnomalySeverity.Medium,
            principal, "", $"{count} refusals over {keys} resources within ten minutes.", evidence));
    }

    private void LookAtUse(RecordFacts facts, string principal, string key, string operation, List<Signal> signals)
    {
        var time = facts.TimeMicros;
        var watch = _baselines.Of(principal, time);
        if (_baselines.Find(principal, key) is { } pair) LookAtKnown(facts, pair, principal, key, operation, signals);
        else
        {
            LookAtNew(facts, watch, principal, key, operation, signals);
            pair = _baselines.Begin(principal, key, time);
        }

        pair.Count(time);
        if (facts.Ip is { Length: > 0 } ip && pair.SeesNew(NetworkOf(ip)) && pair.Uses > UsesForSource
            && pair.Age(time) >= settings.Learning)
            signals.Add(new Signal(AnomalyKind.NewSource, AnomalySeverity.Medium, principal, key,
                $"Used from {NetworkOf(ip)}, which it never was in {pair.Uses} uses.", [facts.Index]));
        if (pair.Age(time) >= settings.Learning && pair.SigmasOver(settings.VolumeSigmas) is { } sigmas)
            signals.Add(new Signal(AnomalyKind.Volume,
                sigmas > HighSigmas ? AnomalySeverity.High : AnomalySeverity.Medium, principal, key,
                FormattableString.Invariant(
                    $"{pair.InHour} uses in the running hour, {sigmas:0} deviations above a mean of {pair.Mean:0.#}."),
                [facts.Index]));
    }

    private void LookAtKnown(RecordFacts facts, PairBaseline pair, string principal, string key, string operation,
        List<Signal> signals)
    {
        var time = facts.TimeMicros;
        if (pair.Silence(time) >= settings.Dormancy)
            signals.Add(new Signal(AnomalyKind.Dormant,
                Private.Contains(operation) ? AnomalySeverity.High : AnomalySeverity.Medium, principal, key,
                $"First use after {pair.Silence(time).Days} days of silence.", [facts.Index]));
        else if (pair.Age(time) >= HoursLearning && pair.IsOffHours(time))
            signals.Add(new Signal(AnomalyKind.OffHours, AnomalySeverity.Low, principal, key,
                $"Used on {Micros.Time(time):dddd} at {Micros.Time(time):HH:mm} UTC, at which hour it never was in " +
                $"{pair.Age(time).Days} days.", [facts.Index]));
    }

    private void LookAtNew(RecordFacts facts, PrincipalWatch watch, string principal, string key, string operation,
        List<Signal> signals)
    {
        var time = facts.TimeMicros;
        if (_baselines.UsersOf(key) is { Count: >= KnownPrincipals } users
            && Micros.Time(time) - Micros.Time(users.FirstMicros) >= KeyAge)
            signals.Add(new Signal(AnomalyKind.NewPrincipal,
                Private.Contains(operation) ? AnomalySeverity.High : AnomalySeverity.Medium, principal, key,
                $"First use of the key by this principal; {users.Count} others use it.", [facts.Index]));
        var (count, _, evidence) = watch.UsedNewKey(time, facts.Index, key);
        if (count > settings.NewKeys && Micros.Time(time) - Micros.Time(watch.FirstMicros) >= settings.Learning
            && !watch.WasTold(AnomalyKind.FanOut, time))
            signals.Add(new Signal(AnomalyKind.FanOut, AnomalySeverity.High, principal, "",
                $"{count} keys within an hour that it never used before.", evidence));
    }

    private string NetworkOf(string ip)
    {
        if (_networks.TryGetValue(ip, out var network)) return network;
        if (_networks.Count >= MaximumNetworks) _networks.Clear();
        return _networks[ip] = PeerNetwork.Of(ip).ToString();
    }
}
