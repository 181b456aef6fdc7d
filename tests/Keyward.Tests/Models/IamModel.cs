using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Keyward.Tests.Models;

/// <summary>A call as IAM sees it: who calls, what for, on what, and what the call shows to conditions.</summary>
internal sealed record IamRequest(
    string Account, string User, string Action, string KeyAccount, string KeyArn,
    IReadOnlyDictionary<string, string[]> Shown);

/// <summary>IAM's decision by the book (IAM User Guide, "Policy evaluation logic"; AWS KMS, "Key policies"), read from the
/// documents' text anew for each call: nothing is compiled, and nothing of the product's is used.</summary>
internal static partial class IamModel
{
    /// <summary>Of what the tests ask: "Cross-account use: Yes" in the API Reference.</summary>
    private static readonly string[] AcrossAccounts = ["Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey", "Sign"];

    public static bool Allows(IamRequest call, string keyPolicy, string? identityPolicy)
    {
        var onKey = StatementsOf(keyPolicy, call).ToList();
        var own = StatementsOf(identityPolicy, call).ToList();
        if (onKey.Any(s => IsDeny(s) && Names(s, call, true)) || own.Any(IsDeny)) return false;
        var byKey = onKey.Any(s => !IsDeny(s) && Names(s, call, false));
        var bySelf = own.Any(s => !IsDeny(s));
        if (call.Account == call.KeyAccount) return byKey || (bySelf && onKey.Any(s => !IsDeny(s) && NamesAccount(s, call)));
        return AcrossAccounts.Contains(call.Action) && bySelf && (byKey || onKey.Any(s => !IsDeny(s) && NamesAccount(s, call)));
    }

    /// <summary>The statements that bear on the call, whoever is named.</summary>
    private static IEnumerable<JsonObject> StatementsOf(string? document, IamRequest call)
    {
        if (document is null) yield break;
        var policy = JsonNode.Parse(document)!.AsObject();
        var hasVariables = policy["Version"]?.GetValue<string>() == "2012-10-17";
        foreach (var statement in policy["Statement"]!.AsArray().Select(s => s!.AsObject()))
            if (Matches(statement, "Action", "kms:" + call.Action, true)
                && Matches(statement, "Resource", call.KeyArn, false)
                && ConditionsHold(statement, call, hasVariables)) yield return statement;
    }

    private static bool IsDeny(JsonObject statement) => statement["Effect"]!.GetValue<string>() == "Deny";

    private static bool Matches(JsonObject statement, string element, string value, bool ignoresCase)
    {
        if (statement[element] is { } positive) return Texts(positive).Any(p => Like(p, value, ignoresCase));
        return statement["Not" + element] is { } negative && !Texts(negative).Any(p => Like(p, value, ignoresCase));
    }

    private static bool Names(JsonObject statement, IamRequest call, bool isDeny)
    {
        if (statement["NotPrincipal"] is { } left) return !PrincipalsIn(left).Any(p => IsUser(p, call));
        return PrincipalsIn(statement["Principal"]!).Any(
            p => p == "*" || IsUser(p, call) || (isDeny && IsAccount(p, call)));
    }

    private static bool NamesAccount(JsonObject statement, IamRequest call) =>
        statement["Principal"] is { } principal && PrincipalsIn(principal).Any(p => IsAccount(p, call));

    private static bool IsUser(string principal, IamRequest call) =>
        principal == $"arn:aws:iam::{call.Account}:user/{call.User}"
        || principal == $"arn:aws:iam::{call.Account}:role/{call.User}";

    private static bool IsAccount(string principal, IamRequest call) =>
        principal == call.Account || principal == $"arn:aws:iam::{call.Account}:root";

    private static IEnumerable<string> PrincipalsIn(JsonNode principal) => principal is JsonValue everybody
        ? [everybody.GetValue<string>()]
        : principal["AWS"] is { } named ? Texts(named) : [];

    private static bool ConditionsHold(JsonObject statement, IamRequest call, bool hasVariables) =>
        statement["Condition"] is not JsonObject condition || condition.All(op => op.Value!.AsObject().All(
            key => Holds(op.Key, key.Key, [.. Texts(key.Value!)], call, hasVariables)));

    private static bool Holds(string op, string key, string[] values, IamRequest call, bool hasVariables)
    {
        var found = call.Shown.GetValueOrDefault(key.ToUpperInvariant(), []);
        var parts = op.Split(':');
        var quantifier = parts.Length == 2 ? parts[0] : "";
        var name = parts[^1];
        if (name == "Null") return values.Any(v => bool.Parse(v) == (found.Length == 0));
        var ifExists = name.EndsWith("IfExists", StringComparison.Ordinal);
        if (ifExists) name = name[..^"IfExists".Length];
        var isNegated = name.Contains("Not", StringComparison.Ordinal);
        name = name.Replace("Not", "");
        bool One(string value) => values.Any(v => Compare(name, value, v, call, hasVariables)) != isNegated;
        if (found.Length == 0) return ifExists || quantifier == "ForAllValues" || (isNegated && quantifier == "");
        return quantifier == "ForAnyValue" || (quantifier == "" && !isNegated) ? found.Any(One) : found.All(One);
    }

    private static bool Compare(string name, string found, string wanted, IamRequest call, bool hasVariables)
    {
        if (hasVariables && Variable().Match(wanted) is { Success: true } variable)
        {
            if (!call.Shown.TryGetValue(variable.Groups[1].Value.ToUpperInvariant(), out var known)) return false;
            wanted = wanted.Replace(variable.Value, known[0]);
        }

        return name switch
        {
            "StringEquals" => found == wanted,
            "StringEqualsIgnoreCase" => string.Equals(found, wanted, StringComparison.OrdinalIgnoreCase),
            "StringLike" or "ArnLike" or "ArnEquals" => Like(wanted, found, false),
            "Bool" => string.Equals(found, wanted, StringComparison.OrdinalIgnoreCase),
            "NumericLessThan" => Number(found) < Number(wanted),
            "NumericGreaterThanEquals" => Number(found) >= Number(wanted),
            "DateLessThan" => Date(found) < Date(wanted),
            "DateGreaterThan" => Date(found) > Date(wanted),
            _ => throw new ArgumentException(name),
        };
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset Date(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static bool Like(string pattern, string text, bool ignoresCase) => Regex.IsMatch(text,
        "^" + Regex.Escape(pattern).Replace("\\*", ".*").Replace("\\?", ".") + "$",
        RegexOptions.Singleline | (ignoresCase ? RegexOptions.IgnoreCase : RegexOptions.None));

    private static IEnumerable<string> Texts(JsonNode node) => node is JsonArray list
        ? list.Select(item => item!.GetValue<string>())
        : [node.GetValue<string>()];

    [GeneratedRegex(@"\$\{([^}]+)\}")]
    private static partial Regex Variable();
}
