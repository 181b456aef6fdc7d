using Google.Protobuf;
using Google.Protobuf.Reflection;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Google;

/// <summary>Google's order_by: fields with <c>asc</c> or <c>desc</c>, separated by commas.</summary>
internal static class OrderBy
{
    private const int MaximumFields = 8;

    public static Outcome<Comparer<IMessage>> Parse(string text, MessageDescriptor message)
    {
        if (text.Length > Filter.MaximumLength) return Malformed();
        var fields = new List<(FieldPath Path, bool Descending)>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Length == 0 && text.Length == 0) break;
            var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length is 0 or > 2 || fields.Count == MaximumFields) return Malformed();
            if (words.Length == 2 && words[1] is not ("asc" or "desc")) return Malformed();
            if (FieldPath.TryParse(words[0], message) is not { IsMap: false } path) return Malformed();
            fields.Add((path, words is [_, "desc"]));
        }

        return Comparer<IMessage>.Create((a, b) => Compare(fields, a, b));
    }

    private static int Compare(List<(FieldPath Path, bool Descending)> fields, IMessage a, IMessage b)
    {
        foreach (var (path, descending) in fields)
        {
            var (left, right) = (path.ValueOf(a), path.ValueOf(b));
            var order = (left, right) switch
            {
                (null, null) => 0,
                (null, _) => -1,
                (_, null) => 1,
                (string x, string y) => string.CompareOrdinal(x, y),
                _ => left.CompareTo(right),
            };
            if (order != 0) return descending ? -order : order;
        }

        return 0;
    }

    private static Refusal Malformed() =>
        new(RefusalReason.InvalidArgument,
            "order_by must list fields with an optional asc or desc, separated by commas.");
}
