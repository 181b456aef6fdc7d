using System.Collections.Frozen;
using System.Text.Json;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Audit.Anomalies;

/// <summary>What needs no baseline: material taken out or tried to, policies opened, the log weakened.</summary>
internal static class ChangeSignals
{
    /// <summary>What makes the log tell less, or fewer vouch for it.</summary>
    private static readonly FrozenSet<string> Weakenings =
        new[] { "prune_log", "lift_hold", "remove_witnessed_log" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> PolicyChanges = new[]
    {
        "set_policy", "set_key_policy", "set_identity_policy", "delete_identity_policy", "set_deny_rules", "roll_back",
        "create_key", "replicate_key",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static Signal? Of(RecordFacts facts)
    {
        if (facts.Operation is not { } operation || facts.Principal is not { } principal) return null;
        var key = facts.Resource ?? "";
        if (Verb.Exports.Contains(operation) && (facts.Outcome is Outcomes.Ok or "denied"))
            return new Signal(AnomalyKind.Export, AnomalySeverity.High, principal, key,
                facts.Outcome == Outcomes.Ok ? $"Sealed material was taken out by {operation}."
                    : $"Material was to be taken out by {operation}, and refused.", [facts.Index]);
        if (facts.Outcome != Outcomes.Ok) return null;
        if (Weakenings.Contains(operation))
            return new Signal(AnomalyKind.AuditOff, AnomalySeverity.High, principal, key,
                $"The audit log keeps less after {operation}.", [facts.Index]);
        return PolicyChanges.Contains(operation) && Widened(facts.Bytes) is var (severity, why)
            ? new Signal(AnomalyKind.PolicyWidened, severity, principal, key, why, [facts.Index])
            : null;
    }

    private static (AnomalySeverity Severity, string Why)? Widened(ReadOnlyMemory<byte> record)
    {
        using var json = JsonDocument.Parse(record);
        if (!json.RootElement.TryGetProperty("change", out var change)) return null;
        var added = Texts(change, "added", "after").ToList();
        if (added.Find(PolicyWidth.IsForEverybody) is { } open)
            return (AnomalySeverity.High, $"A policy lets everybody in: {open}.");
        if (Texts(change, "deny_removed", "before").FirstOrDefault() is { } rule)
            return (AnomalySeverity.High, $"The deny rule {rule} was taken away.");
        if (Texts(change, "deny_weakened", "before").FirstOrDefault() is { } weakened)
            return (AnomalySeverity.High, $"A deny rule forbids less than it did: {weakened}.");
        // Records of earlier versions do not say it: there only a text that was not cut can be judged.
        var documents = Texts(change, "key_policy", "after").Concat(Texts(change, "policy", "after"));
        if (Texts(change, PolicyWidth.Field, "after").Any()
            || documents.Any(d => PolicyWidth.OfDocument(d) is not null))
            return (AnomalySeverity.High, "A policy document lets everybody in, or everything.");
        return added.Find(PolicyWidth.IsBroad) is { } broad
            ? (AnomalySeverity.Medium, $"A broad role was given: {broad}.")
            : null;
    }

    private static IEnumerable<string> Texts(JsonElement change, string field, string side)
    {
        if (!change.TryGetProperty(field, out var entry) || entry.ValueKind != JsonValueKind.Object
            || !entry.TryGetProperty(side, out var values)) return [];
        return values.ValueKind switch
        {
            JsonValueKind.String => [values.GetString()!],
            JsonValueKind.Array => [.. values.EnumerateArray().Select(v => v.GetString() ?? "")],
            _ => [],
        };
    }
}
