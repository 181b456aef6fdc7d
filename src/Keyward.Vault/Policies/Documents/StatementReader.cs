using System.Text.Json;

namespace Keyward.Vault.Policies.Documents;

/// <summary>Reads the statements of one document.</summary>
internal sealed class StatementReader(DocumentKind kind)
{
    private readonly List<string> _principals = [];

    public IReadOnlyList<string> PrincipalNames => _principals;

    /// <summary>The Sid of the statement that was read last.</summary>
    public string? Id { get; private set; }

    public Statement[] Read(JsonElement json, bool hasVariables, int index)
    {
        if (json.ValueKind != JsonValueKind.Object) throw Malformed("Policy has a Statement that is not an object");
        Id = null;
        var effect = Effect.Unspecified;
        JsonProperty? principal = null, action = null, resource = null;
        ICondition? condition = null;
        foreach (var element in json.EnumerateObject())
            switch (element.Name)
            {
                case "Sid":
                    Id = element.Value.ValueKind == JsonValueKind.String ? element.Value.GetString()
                        : throw Malformed("Policy Statement has a Sid that is not a text");
                    break;
                case "Effect":
                    effect = EffectOf(element.Value);
                    break;
                case "Principal" or "NotPrincipal" when principal is null:
                    principal = element;
                    break;
                case "Action" or "NotAction" when action is null:
                    action = element;
                    break;
                case "Resource" or "NotResource" when resource is null:
                    resource = element;
                    break;
                case "Condition":
                    condition = ConditionReader.Read(element.Value, hasVariables);
                    break;
                default:
                    throw Malformed("Policy Statement has an unknown element, or one with its opposite");
            }

        if (effect == Effect.Unspecified) throw Malformed("Policy Statement must contain an Effect");
        var isOfKey = kind == DocumentKind.Key;
        if (principal is null && isOfKey) throw Malformed("Policy Statement must contain principals");
        if (principal is not null && !isOfKey) throw Malformed("Policy Statement must not contain principals");
        var who = principal is { } named ? PrincipalReader.Read(named, effect, _principals)
            : new Principals([Principals.AllUsers]);
        var resources = ArnMatcher.Of(resource, hasVariables);
        Statement Make(Principals principals, bool hasOwnNames) => new(effect, principals,
            new PermissionSet(MaskOf(action, effect, hasOwnNames)), LabelOf(index))
        {
            Resources = resources, Condition = condition,
        };
        if (effect == Effect.Deny) return [Make(who, true)];
        // What is left to an account is left whole; what is conferred on somebody is what AWS has a word for.
        return who.Accounts.Count == 0
            ? [Make(who, false)]
            : [Make(who.WithoutAccounts(), false), Make(who.AccountsAlone(), true)];
    }

    private RuleLabel LabelOf(int index)
    {
        var rule = Id ?? $"statement {index + 1}";
        return kind switch
        {
            DocumentKind.Key => new RuleLabel(PolicyChain.KeyName, RuleLabel.KeyPolicy, rule),
            DocumentKind.Session => new RuleLabel("session", RuleLabel.SessionPolicy, rule),
            _ => new RuleLabel("principal", RuleLabel.IdentityPolicy, rule),
        };
    }

    private static Effect EffectOf(JsonElement json) => json.ValueKind == JsonValueKind.String
        ? json.GetString() switch
        {
            "Allow" => Effect.Allow,
            "Deny" => Effect.Deny,
            _ => throw Malformed("Policy Statement has an invalid Effect"),
        }
        : throw Malformed("Policy Statement has an invalid Effect");

    /// <summary>A statement without an action is taken and has no effect, as AWS has it.</summary>
    private static PermissionMask MaskOf(JsonProperty? element, Effect effect, bool hasOwnNames)
    {
        if (element is not { } action) return PermissionMask.None;
        var patterns = Texts(action.Value, "Action");
        return ActionMask.Of(patterns, action.Name == "NotAction", effect == Effect.Deny, hasOwnNames)
            ?? throw Malformed("Policy Statement contains an invalid action");
    }

    /// <summary>A text or a list of texts.</summary>
    public static IReadOnlyList<string> Texts(JsonElement json, string element)
    {
        if (json.ValueKind == JsonValueKind.String) return [json.GetString()!];
        if (json.ValueKind != JsonValueKind.Array) throw Malformed($"Policy Statement has an invalid {element}");
        var texts = new List<string>();
        foreach (var item in json.EnumerateArray())
            texts.Add(item.ValueKind == JsonValueKind.String ? item.GetString()!
                : throw Malformed($"Policy Statement has an invalid {element}"));
        return texts;
    }

    public static MalformedDocumentException Malformed(string problem) => new(problem);
}
