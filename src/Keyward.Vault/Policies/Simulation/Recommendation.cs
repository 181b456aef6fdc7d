using System.Text.Encodings.Web;
using System.Text.Json;

namespace Keyward.Vault.Policies.Simulation;

/// <summary>Roles to bind on a resource.</summary>
/// <param name="Excess">Rights that they confer besides, which nobody used.</param>
public sealed record RecommendedBinding(string Resource, IReadOnlyList<string> Roles, int Excess);

/// <summary>The least that the log justifies for one principal, in both vendors' languages.</summary>
/// <param name="Document">An identity policy of AWS's language; null where nothing was used that AWS has an action
/// for.</param>
/// <param name="Unnamed">Rights that AWS has no action for.</param>
/// <param name="GivenBy">The rules by which it was let.</param>
public sealed record Recommendation(
    string Principal, IReadOnlyList<RecommendedBinding> Bindings, string? Document, IReadOnlyList<string> Unnamed,
    IReadOnlyList<string> GivenBy, long Calls)
{
    /// <summary>On more keys of one ring than these the ring is where a binding belongs.</summary>
    private const int MaximumKeysOfRing = 20;

    public static IReadOnlyList<Recommendation> Of(IEnumerable<ObservedUse> uses) =>
        [.. uses.GroupBy(u => u.Principal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Of(g.Key, [.. g]))];

    private static Recommendation Of(string principal, List<ObservedUse> uses) => new(principal,
        [.. BindingsOf(uses)], DocumentOf(uses),
        [.. uses.Where(u => !IsOfAws(u)).Select(u => u.Permission).Distinct().Order(StringComparer.Ordinal)],
        [.. uses.SelectMany(u => u.Rules).Distinct().Order(StringComparer.Ordinal)], uses.Sum(u => u.Calls));

    private static IEnumerable<RecommendedBinding> BindingsOf(List<ObservedUse> uses)
    {
        var places = uses.GroupBy(u => u.Resource).Select(g => (Resource: g.Key,
            Choice: RoleChoice.Of(g.Select(u => PermissionOf(u.Permission))))).ToList();
        foreach (var alike in places.GroupBy(p => (RingOf(p.Resource), string.Join(' ', p.Choice.Roles))))
        {
            var all = alike.OrderBy(p => p.Resource, StringComparer.Ordinal).ToList();
            if (alike.Key.Item1 is { } ring && all.Count > MaximumKeysOfRing)
                yield return new RecommendedBinding(ring, all[0].Choice.Roles, all[0].Choice.Excess);
            else
                foreach (var place in all)
                    yield return new RecommendedBinding(place.Resource, place.Choice.Roles, place.Choice.Excess);
        }
    }

    private static string? RingOf(string resource) =>
        resource.IndexOf("/cryptoKeys/", StringComparison.Ordinal) is > 0 and var at ? resource[..at] : null;

    /// <summary>One statement for all resources on which the same was done.</summary>
    private static string? DocumentOf(List<ObservedUse> uses)
    {
        var statements = uses.Where(IsOfAws).GroupBy(u => u.Arn ?? "*")
            .Select(g => (Arn: g.Key, Actions: ActionsOf(g)))
            .GroupBy(s => string.Join(' ', s.Actions)).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        if (statements.Count == 0) return null;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            json.WriteStartObject();
            json.WriteString("Version", "2012-10-17");
            json.WriteStartArray("Statement");
            foreach (var statement in statements)
            {
                json.WriteStartObject();
                json.WriteString("Effect", "Allow");
                Write(json, "Action", statement.First().Actions);
                Write(json, "Resource", statement.Select(s => s.Arn).Order(StringComparer.Ordinal));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static List<string> ActionsOf(IEnumerable<ObservedUse> uses) =>
        [.. uses.SelectMany(u => Actions.QualifiedOf(PermissionOf(u.Permission))).Distinct()
            .Order(StringComparer.Ordinal)];

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static bool IsOfAws(ObservedUse use) => Actions.IsOfAws(PermissionOf(use.Permission));

    private static Permission PermissionOf(string name) =>
        PermissionNames.TryParse(name, out var permission) ? permission : Permission.None;
}
