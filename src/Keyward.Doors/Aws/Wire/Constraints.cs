using System.Globalization;

namespace Keyward.Doors.Aws.Wire;

/// <summary>Holds a request to its shape and gathers what is broken into one ValidationException, in AWS's words:
/// members begin with a small letter, items of a list are counted from 1, a blob's value is left out.</summary>
internal static class Constraints
{
    public static Fault? Judge(Input input)
    {
        List<string>? broken = null;
        Judge(input, "", ref broken);
        return broken is null ? null : Of(broken);
    }

    /// <summary>The fault of one broken constraint that no shape states.</summary>
    public static Fault Broken(string value, string label, string constraint) =>
        Of([$"Value '{value}' at '{label}' failed to satisfy constraint: Member must {constraint}"]);

    private static Fault Of(List<string> broken) => Fault.Validation(string.Create(CultureInfo.InvariantCulture,
        $"{broken.Count} validation error{(broken.Count == 1 ? "" : "s")} detected: {string.Join("; ", broken)}"));

    private static void Judge(Input input, string path, ref List<string>? broken)
    {
        for (var i = 0; i < input.Shape.Members.Count; i++)
        {
            var member = input.Shape.Members[i];
            var label = path + member.Label;
            switch (input[i])
            {
                case null:
                    if (member.IsRequired) Add(ref broken, $"Value null at '{label}'", "not be null");
                    break;
                case string text:
                    JudgeText(member, member.Minimum, member.Maximum, text, label, ref broken);
                    break;
                case byte[] blob:
                    if (!Fits(member.Minimum, member.Maximum, blob.Length))
                        JudgeLength(member.Minimum, member.Maximum, blob.Length, $"Value at '{label}'", ref broken);
                    break;
                case long number:
                    JudgeRange(member, number, label, ref broken);
                    break;
                case List<string> texts:
                    JudgeTexts(member, texts, label, ref broken);
                    break;
                case List<KeyValuePair<string, string>> tags:
                    JudgeTags(tags, label, ref broken);
                    break;
                case Input structure:
                    Judge(structure, label + ".", ref broken);
                    break;
            }
        }
    }

    private static void JudgeText(
        Member member, long minimum, long maximum, string text, string label, ref List<string>? broken)
    {
        // Nothing is put into words while nothing is broken.
        if (member.Values is { } values ? values.Contains(text)
            : Fits(minimum, maximum, text.Length) && member.Pattern is null) return;
        var what = $"Value '{text}' at '{label}'";
        if (member.Values is not null)
        {
            Add(ref broken, what, $"satisfy enum value set: [{string.Join(", ", member.Values)}]");
            return;
        }

        JudgeLength(minimum, maximum, text.Length, what, ref broken);
        if (text.Length > 0 && text.Length <= maximum && member.Pattern is { } pattern && !pattern.Matches(text))
            Add(ref broken, what, $"satisfy regular expression pattern: {pattern}");
    }

    private static bool Fits(long minimum, long maximum, int length) => length >= minimum && length <= maximum;

    private static void JudgeLength(long minimum, long maximum, int length, string what, ref List<string>? broken)
    {
        if (length > maximum) Add(ref broken, what, $"have length less than or equal to {maximum}");
        if (length < minimum) Add(ref broken, what, $"have length greater than or equal to {minimum}");
    }

    private static void JudgeRange(Member member, long number, string label, ref List<string>? broken)
    {
        if (number > member.Maximum)
            Add(ref broken, $"Value '{number}' at '{label}'",
                $"have value less than or equal to {member.Maximum}");
        if (number < member.Minimum)
            Add(ref broken, $"Value '{number}' at '{label}'",
                $"have value greater than or equal to {member.Minimum}");
    }

    private static void JudgeTexts(Member member, List<string> texts, string label, ref List<string>? broken)
    {
        if (!Fits(member.Minimum, member.Maximum, texts.Count))
            JudgeLength(member.Minimum, member.Maximum, texts.Count,
                $"Value '[{string.Join(", ", texts)}]' at '{label}'", ref broken);
        for (var i = 0; i < texts.Count; i++)
            JudgeText(member, member.ItemMinimum, member.ItemMaximum, texts[i], $"{label}.{i + 1}.member", ref broken);
    }

    private static readonly Member TagKey = Member.Text("TagKey", 1, 128);
    private static readonly Member TagValue = Member.Text("TagValue", 0, 256);

    private static void JudgeTags(List<KeyValuePair<string, string>> tags, string label, ref List<string>? broken)
    {
        for (var i = 0; i < tags.Count; i++)
        {
            var path = $"{label}.{i + 1}.member.";
            if (tags[i].Key is not { } key) Add(ref broken, $"Value null at '{path}tagKey'", "not be null");
            else JudgeText(TagKey, 1, 128, key, path + "tagKey", ref broken);
            if (tags[i].Value is not { } value) Add(ref broken, $"Value null at '{path}tagValue'", "not be null");
            else JudgeText(TagValue, 0, 256, value, path + "tagValue", ref broken);
        }
    }

    private static void Add(ref List<string>? broken, string what, string constraint) =>
        (broken ??= []).Add($"{what} failed to satisfy constraint: Member must {constraint}");
}
