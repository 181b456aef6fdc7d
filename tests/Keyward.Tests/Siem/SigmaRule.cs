using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace Keyward.Tests.Siem;

/// <summary>A Sigma rule, as far as ours go: selections of fields with values or lists of them, the modifiers that they
/// use, and a condition of and, or, not and brackets. What it does not know is an error, not a miss.</summary>
internal sealed partial class SigmaRule
{
    private readonly Dictionary<string, Dictionary<object, object>> _selections = [];
    private readonly List<string> _condition;
    private int _at;

    public SigmaRule(string text)
    {
        Yaml = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(text);
        var detection = (Dictionary<object, object>)Yaml["detection"];
        foreach (var (name, selection) in detection)
            if ((string)name != "condition") _selections[(string)name] = (Dictionary<object, object>)selection;
        _condition = [.. Words().Matches((string)detection["condition"]).Select(m => m.Value)];
    }

    public Dictionary<string, object> Yaml { get; }

    public IEnumerable<string> Selections => _selections.Keys;

    public bool Matches(JsonObject record)
    {
        _at = 0;
        var found = Or(record);
        Assert.Equal(_condition.Count, _at);
        return found;
    }

    [GeneratedRegex(@"[()]|[a-z_]+")]
    private static partial Regex Words();

    private bool Or(JsonObject record)
    {
        var found = And(record);
        while (Next("or")) found |= And(record);
        return found;
    }

    private bool And(JsonObject record)
    {
        var found = Not(record);
        while (Next("and")) found &= Not(record);
        return found;
    }

    private bool Not(JsonObject record)
    {
        if (Next("not")) return !Not(record);
        if (Next("("))
        {
            var found = Or(record);
            Assert.True(Next(")"));
            return found;
        }

        return _selections[_condition[_at++]].All(f => Holds(record, (string)f.Key, f.Value));
    }

    private bool Next(string word)
    {
        if (_at >= _condition.Count || _condition[_at] != word) return false;
        _at++;
        return true;
    }

    private static bool Holds(JsonObject record, string field, object wanted)
    {
        var (name, modifier) = field.Split('|') is [var only] ? (only, "") : (field.Split('|')[0], field.Split('|')[1]);
        var values = ValuesOf(record, name);
        if (modifier == "exists") return values.Count > 0 == ((string)wanted == "true");
        if (modifier == "fieldref") return values.Intersect(ValuesOf(record, (string)wanted)).Any();
        var texts = wanted is List<object> list ? list.Cast<string>() : [(string)wanted];
        return texts.Any(text => values.Any(value => modifier switch
        {
            "" => string.Equals(value, text, StringComparison.OrdinalIgnoreCase),
            "contains" => value.Contains(text, StringComparison.OrdinalIgnoreCase),
            "re" => Regex.IsMatch(value, text, RegexOptions.None, TimeSpan.FromSeconds(1)),
            "startswith" => value.StartsWith(text, StringComparison.OrdinalIgnoreCase),
            _ => throw new NotSupportedException($"The modifier {modifier} of {field} is unknown."),
        }));
    }

    private static List<string> ValuesOf(JsonObject record, string name)
    {
        JsonNode? node = record;
        foreach (var part in name.Split('.')) node = (node as JsonObject)?[part];
        return node switch
        {
            null => [],
            JsonArray array => [.. array.Select(v => v!.ToString())],
            _ => [node.ToString()],
        };
    }
}
