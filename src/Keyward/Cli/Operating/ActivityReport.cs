using System.Globalization;
using System.Text.Json.Nodes;
using Google.Cloud.Kms.V1;
using Keyward.Protos.V1;

namespace Keyward.Cli.Operating;

/// <summary>What happened in a time, counted from the audit records, and what the keys need next.</summary>
internal sealed class ActivityReport(DateTimeOffset from, DateTimeOffset until)
{
    private const int Shown = 10;

    /// <summary>The share of requests that may fail in a month.</summary>
    private const double ErrorBudget = 0.0001;

    private static readonly string[] Failures = ["unavailable", "deadline", "internal"];
    private static readonly string[] NotOwed = ["unauthenticated", "denied", "invalid", "throttled"];

    /// <summary>Changes of who may do what.</summary>
    private static readonly string[] RightsVerbs =
    [
        "set_policy", "set_deny_rules", "set_key_policy", "set_identity_policy", "delete_identity_policy",
        "create_grant", "revoke_grant", "retire_grant", "roll_back",
        "create_service_account", "create_credential", "create_role", "update_role", "delete_role", "create_group",
        "update_group", "delete_group", "add_issuer", "remove_issuer", "set_quota",
    ];

    private readonly SortedDictionary<string, (long Ok, long Failed)> _days = EveryDay(from, until);
    private readonly Dictionary<string, long> _operations = [];
    private readonly Dictionary<string, long> _outcomes = [];
    private readonly Dictionary<string, long> _keys = [];
    private readonly Dictionary<string, long> _principals = [];
    private readonly Dictionary<string, long> _denied = [];
    private readonly List<JsonObject> _rights = [];
    private readonly List<(string Key, string What, DateTimeOffset Time)> _due = [];
    private readonly List<Anomaly> _anomalies = [];
    private long _owed;
    private long _failed;

    public void Add(JsonNode record)
    {
        if (Text(record, "kind") != "operation" || Text(record, "operation") is not { } verb) return;
        var outcome = Text(record, "outcome") ?? "";
        var day = (Text(record, "time") ?? "")[..Math.Min(10, (Text(record, "time") ?? "").Length)];
        var (ok, failed) = _days.GetValueOrDefault(day);
        _days[day] = outcome == "ok" ? (ok + 1, failed) : (ok, failed + 1);
        Count(_operations, verb);
        Count(_outcomes, outcome);
        if (!NotOwed.Contains(outcome)) _owed++;
        if (Failures.Contains(outcome)) _failed++;
        var principal = record["principal"] is JsonObject who ? Text(who, "name") : null;
        if (principal is not null) Count(_principals, principal);
        if (principal is not null && outcome is "denied") Count(_denied, principal);
        if (record["key"] is JsonObject key && Text(key, "name") is { } name
            && name.Contains("/cryptoKeys/", StringComparison.Ordinal))
            Count(_keys, name.Split("/cryptoKeyVersions/")[0]);
        if (outcome == "ok" && RightsVerbs.Contains(verb))
            _rights.Add(new JsonObject
            {
                ["time"] = Text(record, "time"), ["operation"] = verb, ["by"] = principal,
                ["on"] = record["key"] is JsonObject on ? Text(on, "name") : null,
            });
    }

    public void Add(Anomaly anomaly) => _anomalies.Add(anomaly);

    public void Add(CryptoKey key)
    {
        var horizon = until + (until - from);
        if (key.NextRotationTime?.ToDateTimeOffset() is { } rotation && rotation <= horizon)
            _due.Add((key.Name, rotation < until ? "rotation overdue" : "rotation", rotation));
        if (key.Primary?.DestroyTime?.ToDateTimeOffset() is { } end && end > until && end <= horizon)
            _due.Add((key.Name, "primary is destroyed", end));
    }

    public JsonObject ToJson() => new()
    {
        ["from"] = Show(from), ["until"] = Show(until), ["requests"] = _outcomes.Values.Sum(),
        ["budget"] = new JsonObject
        {
            ["owed"] = _owed, ["failed"] = _failed,
            ["availability"] = _owed == 0 ? 1 : Math.Round(1 - ((double)_failed / _owed), 6),
            ["used"] = _owed == 0 ? 0 : Math.Round(_failed / (_owed * ErrorBudget), 3),
        },
        ["days"] = new JsonArray([.. _days.Select(d => (JsonNode)new JsonObject
        {
            ["day"] = d.Key, ["ok"] = d.Value.Ok, ["other"] = d.Value.Failed,
        })]),
        ["outcomes"] = Top(_outcomes), ["operations"] = Top(_operations), ["keys"] = Top(_keys),
        ["principals"] = Top(_principals),
        ["rights"] = new JsonArray([.. _rights.Select(r => (JsonNode)r.DeepClone())]),
        ["due"] = new JsonArray([.. _due.OrderBy(d => d.Time).Select(d => (JsonNode)new JsonObject
        {
            ["key"] = d.Key, ["what"] = d.What, ["time"] = Show(d.Time),
        })]),
        ["anomalies"] = new JsonArray([.. _anomalies.Where(a => a.Time.ToDateTimeOffset() < until)
            .OrderByDescending(a => a.Time).Select(a => (JsonNode)new JsonObject
            {
                ["time"] = Show(a.Time.ToDateTimeOffset()), ["kind"] = a.Kind, ["severity"] = a.Severity,
                ["principal"] = a.Principal, ["key"] = a.Key, ["why"] = a.Why, ["verdict"] = a.Verdict,
            })]),
        ["denials"] = Top(_denied),
    };

    /// <summary>A day without a request is shown too, or the picture would close the gap.</summary>
    private static SortedDictionary<string, (long Ok, long Failed)> EveryDay(DateTimeOffset from, DateTimeOffset until)
    {
        var days = new SortedDictionary<string, (long Ok, long Failed)>(StringComparer.Ordinal);
        for (var day = from.UtcDateTime.Date; day < until.UtcDateTime; day = day.AddDays(1))
            days[day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)] = (0, 0);
        return days;
    }

    private static string Show(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string? Text(JsonNode node, string field) => node[field]?.GetValue<string>();

    private static void Count(Dictionary<string, long> counts, string name) =>
        counts[name] = counts.GetValueOrDefault(name) + 1;

    private static JsonArray Top(Dictionary<string, long> counts) => new([.. counts.OrderByDescending(c => c.Value)
        .ThenBy(c => c.Key, StringComparer.Ordinal).Take(Shown)
        .Select(c => (JsonNode)new JsonObject { ["name"] = c.Key, ["count"] = c.Value })]);
}
