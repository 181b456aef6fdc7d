using System.Collections.Immutable;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Keys;

/// <summary>The rules for tags (AWS: "Tag naming limits and requirements").</summary>
internal static class KeyTags
{
    public const int Maximum = 50;

    private const string Reserved = "aws:";

    public static Refusal? JudgeNew(IReadOnlyList<KeyValuePair<string, string>> tags) =>
        tags.Any(t => t.Key.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase))
            ? Invalid("Tags beginning with aws: are reserved")
            : tags.Select(t => t.Key).Distinct(StringComparer.Ordinal).Count() != tags.Count
                ? Invalid("Duplicate tag keys")
                : tags.Count > Maximum ? Invalid("Too many tags") : null;

    public static Outcome<ImmutableSortedDictionary<string, string>> Added(
        ImmutableSortedDictionary<string, string> tags, IReadOnlyList<KeyValuePair<string, string>> added)
    {
        if (JudgeNew(added) is { } refusal) return refusal;
        var all = tags.SetItems(added);
        return all.Count > Maximum ? Invalid("Too many tags") : all;
    }

    private static Refusal Invalid(string sentence) => new(RefusalReason.InvalidTags, sentence);
}
