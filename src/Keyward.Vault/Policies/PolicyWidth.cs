using System.Text.Json;

namespace Keyward.Vault.Policies;

/// <summary>Whether what is put into a policy is wide enough to be told: by the record of the change, by which its
/// readers see it though texts and lists in records are cut.</summary>
internal static class PolicyWidth
{
    /// <summary>The field of a change that says it.</summary>
    public const string Field = "opens";

    public const string ToEverybody = "everybody";
    public const string ToEverything = "everything";

    private static readonly string[] Everybody = ["allUsers", "allAuthenticatedUsers"];

    private static readonly string[] BroadRoles =
        ["roles/owner", "roles/editor", "roles/keyward.admin", "roles/cloudkms.admin"];

    /// <summary>Of a binding's text: role and member.</summary>
    public static bool IsForEverybody(string binding) =>
        Everybody.Any(e => binding.Contains(e, StringComparison.Ordinal));

    public static bool IsBroad(string binding) => BroadRoles.Any(r => binding.Contains(r, StringComparison.Ordinal));

    /// <summary>The widest first.</summary>
    public static int RankOf(string binding) => IsForEverybody(binding) ? 0 : IsBroad(binding) ? 1 : 2;

    /// <summary>Whom or what a document opens without a condition: an allow for anybody, or of all actions to somebody
    /// on his own document. Null where it does not, or is none.</summary>
    public static string? OfDocument(string document)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            if (!json.RootElement.TryGetProperty("Statement", out var statements)) return null;
            return statements.ValueKind == JsonValueKind.Array
                ? statements.EnumerateArray().Select(OfStatement).FirstOrDefault(o => o is not null)
                : OfStatement(statements);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? OfStatement(JsonElement statement)
    {
        if (statement.ValueKind != JsonValueKind.Object || !statement.TryGetProperty("Effect", out var effect)
            || !effect.ValueEquals("Allow") || statement.TryGetProperty("Condition", out _)) return null;
        if (statement.TryGetProperty("Principal", out var principal)) return HasStar(principal) ? ToEverybody : null;
        return statement.TryGetProperty("Action", out var action) && HasStar(action) ? ToEverything : null;
    }

    private static bool HasStar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is "*" or "kms:*",
        JsonValueKind.Array => value.EnumerateArray().Any(HasStar),
        JsonValueKind.Object => value.EnumerateObject().Any(p => HasStar(p.Value)),
        _ => false,
    };
}
