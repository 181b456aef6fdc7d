using System.Text.Json;

namespace Keyward.Vault.Policies.Documents;

/// <summary>All comparisons of a statement's condition: every one must hold. Never fails: what a request lacks is
/// judged by each operator's own rule.</summary>
internal sealed class Comparisons(string text, IReadOnlyList<Comparison> all) : ICondition
{
    public string Text { get; } = text;

    public ConditionResult Judge(Facts facts)
    {
        for (var i = 0; i < all.Count; i++)
            if (!all[i].Holds(facts)) return new ConditionResult(Verdict.DoesNotHold);
        return new ConditionResult(Verdict.Holds);
    }
}

internal static class ConditionReader
{
    /// <summary>Null for an empty condition, which always holds.</summary>
    public static Comparisons? Read(JsonElement json, bool hasVariables)
    {
        if (json.ValueKind != JsonValueKind.Object) throw Invalid();
        var all = new List<Comparison>();
        foreach (var element in json.EnumerateObject())
        {
            var op = ComparisonOperator.Parse(element.Name)
                ?? throw StatementReader.Malformed("Policy Condition has an unknown operator");
            if (element.Value.ValueKind != JsonValueKind.Object) throw Invalid();
            foreach (var pair in element.Value.EnumerateObject())
            {
                var key = ConditionKey.Parse(pair.Name)
                    ?? throw StatementReader.Malformed("Policy Condition has an invalid key");
                all.Add(Comparison.Compile(key, op, Values(pair.Value), hasVariables)
                    ?? throw StatementReader.Malformed("Policy Condition has a value that does not fit its operator"));
            }
        }

        return all.Count == 0 ? null : new Comparisons(json.GetRawText(), all);
    }

    private static List<string> Values(JsonElement json)
    {
        var items = json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray()] : (JsonElement[])[json];
        return [.. items.Select(item => item.ValueKind switch
        {
            JsonValueKind.String => item.GetString()!,
            JsonValueKind.Number => item.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => throw Invalid(),
        })];
    }

    private static MalformedDocumentException Invalid() => StatementReader.Malformed("Policy Condition is invalid");
}
