using System.Collections.ObjectModel;

namespace Keyward.Vault.Policies.Conditions;

/// <summary>A function of the language: its name, whether it stands behind a dot, its types, and what it does.
/// docs/reference/iam.md lists them; a test compares.</summary>
/// <param name="Parameters">With what stands before the dot as the first.</param>
internal sealed record Function(
    string Name, bool IsMember, IReadOnlyList<ValueType> Parameters, ValueType Result, Func<object[], object> Run)
{
    private static readonly ValueType[] OneText = [ValueType.Text];
    private static readonly ValueType[] TwoTexts = [ValueType.Text, ValueType.Text];

    /// <summary>Which arguments must be written out, so that they are judged when the policy is set.</summary>
    public IReadOnlyList<int> Constant { get; init; } = [];

    /// <summary>Judges arguments that are known ahead; null stands for one that is not.</summary>
    public Action<object?[]> CheckConstants { get; init; } = _ => { };

    public static readonly ReadOnlyCollection<Function> All = new(
    [
        new("startsWith", true, TwoTexts, ValueType.Truth,
            a => Text(a, 0).StartsWith(Text(a, 1), StringComparison.Ordinal)),
        new("endsWith", true, TwoTexts, ValueType.Truth,
            a => Text(a, 0).EndsWith(Text(a, 1), StringComparison.Ordinal)),
        new("contains", true, TwoTexts, ValueType.Truth,
            a => Text(a, 0).Contains(Text(a, 1), StringComparison.Ordinal)),
        new("matches", true, TwoTexts, ValueType.Truth, a => Texts.Matches(Text(a, 0), Text(a, 1)))
        {
            Constant = [1], CheckConstants = a => Texts.Pattern((string)a[1]!),
        },
        new("extract", true, TwoTexts, ValueType.Text, a => Texts.Extract(Text(a, 0), Text(a, 1)))
        {
            Constant = [1], CheckConstants = a => Texts.CheckTemplate((string)a[1]!),
        },
        new("size", true, OneText, ValueType.Integer, a => Texts.Size(Text(a, 0))),
        new("size", false, OneText, ValueType.Integer, a => Texts.Size(Text(a, 0))),
        new("size", true, [ValueType.TextList], ValueType.Integer, a => (long)List(a, 0).Count),
        new("size", false, [ValueType.TextList], ValueType.Integer, a => (long)List(a, 0).Count),
        new("hasOnly", true, [ValueType.TextList, ValueType.TextList], ValueType.Truth,
            a => List(a, 0).All(List(a, 1).Contains)),
        new("timestamp", false, OneText, ValueType.Time, a => Times.Timestamp(Text(a, 0))),
        new("duration", false, OneText, ValueType.Duration, a => Times.Duration(Text(a, 0))),
        new("inIpRange", false, TwoTexts, ValueType.Truth, a => Addresses.IsIn(Text(a, 0), [Text(a, 1)]))
        {
            Constant = [1], CheckConstants = a => Addresses.Check([(string)a[1]!]),
        },
        new("inIpRange", false, [ValueType.Text, ValueType.TextList], ValueType.Truth,
            a => Addresses.IsIn(Text(a, 0), List(a, 1)))
        {
            Constant = [1], CheckConstants = a => Addresses.Check((IReadOnlyList<string>)a[1]!),
        },
        .. Parts("getFullYear", t => t.Year),
        .. Parts("getMonth", t => t.Month - 1),
        .. Parts("getDate", t => t.Day),
        .. Parts("getDayOfMonth", t => t.Day - 1),
        .. Parts("getDayOfWeek", t => (int)t.DayOfWeek),
        .. Parts("getDayOfYear", t => t.DayOfYear - 1),
        .. Parts("getHours", t => t.Hour),
        .. Parts("getMinutes", t => t.Minute),
        .. Parts("getSeconds", t => t.Second),
        .. Parts("getMilliseconds", t => t.Millisecond),
    ]);

    /// <summary>How it is called, in types.</summary>
    public string Shown
    {
        get
        {
            var taken = (IsMember ? Parameters.Skip(1) : Parameters).Select(p => p.Show()).ToList();
            var shown = taken.Count == 0 ? "nothing" : string.Join(" and ", taken);
            return IsMember ? $"{shown}, behind {Parameters[0].Show()}" : shown;
        }
    }

    public bool Takes(IReadOnlyList<Node> arguments) => arguments.Count == Parameters.Count
        && Enumerable.Range(0, arguments.Count).All(i => arguments[i].Type.Fits(Parameters[i]));

    public static string Names(bool members) =>
        string.Join(", ", All.Where(f => f.IsMember == members).Select(f => f.Name).Distinct());

    /// <summary>A part of a time, in UTC or in the time zone that is named.</summary>
    private static Function[] Parts(string name, Func<DateTimeOffset, int> part) =>
    [
        new(name, true, [ValueType.Time], ValueType.Integer, a => (long)part(((DateTimeOffset)a[0]).ToUniversalTime())),
        new(name, true, [ValueType.Time, ValueType.Text], ValueType.Integer,
            a => (long)part(Times.In((DateTimeOffset)a[0], Text(a, 1))))
        {
            Constant = [1], CheckConstants = a => Times.CheckZone((string)a[1]!),
        },
    ];

    private static string Text(object[] arguments, int at) => (string)arguments[at];

    private static IReadOnlyList<string> List(object[] arguments, int at) => (IReadOnlyList<string>)arguments[at];
}
