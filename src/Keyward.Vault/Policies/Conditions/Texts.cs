using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Keyward.Vault.Policies.Conditions;

/// <summary>Functions on texts.</summary>
internal static partial class Texts
{
    private const int MaximumPatternLength = 256;
    private const int MaximumPatterns = 1_000;
    private const long MaximumRepetitions = 1_000;

    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    /// <summary>A linear search in at most 64 KiB takes a hundredth of this.</summary>
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(100);

    public static bool Matches(string text, string pattern)
    {
        try
        {
            return Pattern(pattern).IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new EvaluationException("the search for the pattern took too long");
        }
    }

    /// <summary>Without backtracking the time is linear in the text, whatever the pattern. Compiled patterns are kept,
    /// up to a bound.</summary>
    public static Regex Pattern(string pattern)
    {
        if (Patterns.TryGetValue(pattern, out var known)) return known;
        if (pattern.Length > MaximumPatternLength)
            throw new EvaluationException($"a pattern has at most {MaximumPatternLength} characters");
        CheckRepetitions(pattern);
        try
        {
            var made = new Regex(
                pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MatchTimeout);
            if (Patterns.Count >= MaximumPatterns) Patterns.Clear();
            return Patterns[pattern] = made;
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            throw new EvaluationException("this is no regular expression (RE2: no look-around, no back-reference)");
        }
    }

    /// <summary>Counted repetitions multiply the automaton's size: RE2 allows a thousand in all.</summary>
    private static void CheckRepetitions(string pattern)
    {
        var product = 1L;
        foreach (Match count in Repetition().Matches(pattern))
            if ((product *= Math.Max(1, Math.Max(Bound(count.Groups[1].Value), Bound(count.Groups[2].Value))))
                > MaximumRepetitions)
                throw new EvaluationException($"a pattern repeats at most {MaximumRepetitions} times by counts");
    }

    private static long Bound(string digits) => digits.Length == 0 ? 0
        : digits.Length > 4 ? MaximumRepetitions + 1 : long.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\{(\d+)(?:,(\d*))?\}")]
    private static partial Regex Repetition();

    /// <summary>Characters, not UTF-16 units.</summary>
    public static object Size(string text)
    {
        var size = 0L;
        foreach (var _ in text.EnumerateRunes()) size++;
        return size;
    }

    /// <summary>What stands in the text where the template has its braces (IAM, "extract"): between the first
    /// occurrence of what the template has before them and the next of what it has behind them. Without a match the
    /// empty text.</summary>
    public static string Extract(string text, string template)
    {
        var (before, after) = CheckTemplate(template);
        var at = text.IndexOf(before, StringComparison.Ordinal);
        if (at < 0) return "";
        var start = at + before.Length;
        if (after.Length == 0) return text[start..];
        var end = text.IndexOf(after, start, StringComparison.Ordinal);
        return end < 0 ? "" : text[start..end];
    }

    public static (string Before, string After) CheckTemplate(string template)
    {
        var open = template.IndexOf('{', StringComparison.Ordinal);
        var close = template.IndexOf('}', StringComparison.Ordinal);
        return open >= 0 && close > open + 1 && template.LastIndexOf('{') == open && template.LastIndexOf('}') == close
            ? (template[..open], template[(close + 1)..])
            : throw new EvaluationException("a template has one name in braces, such as /cryptoKeys/{key}");
    }
}
