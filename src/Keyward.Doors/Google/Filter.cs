using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Google;

/// <summary>Google's list filter (Cloud KMS, "Sorting and filtering list results"): <c>field op value</c> with
/// <c>= != &lt; &gt; &lt;= &gt;= :</c>, NOT and -, AND or a blank, OR (which binds tighter than AND),
/// parentheses.</summary>
internal sealed class Filter
{
    public const int MaximumLength = 1_024;
    private const int MaximumDepth = 16;

    private readonly List<string> _tokens;
    private readonly MessageDescriptor _message;
    private int _next;
    private int _depth;

    private Filter(List<string> tokens, MessageDescriptor message) => (_tokens, _message) = (tokens, message);

    public static Outcome<Predicate<IMessage>> Parse(string text, MessageDescriptor message)
    {
        if (text.Length == 0) return new Predicate<IMessage>(_ => true);
        try
        {
            if (text.Length > MaximumLength) throw new FormatException();
            var filter = new Filter(FilterTokens.Of(text), message);
            var predicate = filter.And();
            return filter._next == filter._tokens.Count ? predicate : Malformed();
        }
        catch (FormatException)
        {
            return Malformed();
        }
    }

    private static Refusal Malformed() => new(RefusalReason.InvalidArgument,
        "The filter is malformed, or names a field that the list does not have.");

    private string? Peek => _next < _tokens.Count ? _tokens[_next] : null;

    private string Take() => Peek is { } token && ++_next > 0 ? token : throw new FormatException();

    private Predicate<IMessage> And()
    {
        var left = Or();
        while (Peek is { } token && token != ")")
        {
            if (token == "AND") Take();
            var (a, b) = (left, Or());
            left = m => a(m) && b(m);
        }

        return left;
    }

    private Predicate<IMessage> Or()
    {
        var left = Not();
        while (Peek == "OR")
        {
            Take();
            var (a, b) = (left, Not());
            left = m => a(m) || b(m);
        }

        return left;
    }

    private Predicate<IMessage> Not()
    {
        if (++_depth > MaximumDepth) throw new FormatException();
        try
        {
            if (Peek is not ("NOT" or "-")) return Term();
            Take();
            var inner = Not();
            return m => !inner(m);
        }
        finally
        {
            _depth--;
        }
    }

    private Predicate<IMessage> Term()
    {
        if (Peek == "(")
        {
            Take();
            var inner = And();
            return Take() == ")" ? inner : throw new FormatException();
        }

        var path = FieldPath.TryParse(Take(), _message) ?? throw new FormatException();
        var op = Take() switch { "=>" => ">=", "=<" => "<=", var other => other };
        if (op is not ("=" or "!=" or "<" or ">" or "<=" or ">=" or ":")) throw new FormatException();
        var value = FilterTokens.Unquote(Take());
        if (path.IsMap) return op == ":" ? m => path.HasKey(m, value) : throw new FormatException();
        if (op != ":" && !IsOfKind(path.Last, value)) throw new FormatException();
        return m => Holds(path.ValueOf(m), op, value);
    }

    private static bool Holds(IComparable? field, string op, string value)
    {
        if (op == ":" && value == "*") return field is not null and not "";
        if (field is null) return op == "!=" || (op is "=" or ":" && value.Length == 0);
        if (op == ":") return Text(field).Contains(value, StringComparison.OrdinalIgnoreCase);
        var order = Compare(field, value);
        return op switch
        {
            "=" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            ">" => order > 0,
            "<=" => order is <= 0,
            _ => order is >= 0,
        };
    }

    /// <summary>A value that no field of this kind can have is a mistake, not a filter that nothing passes.</summary>
    private static bool IsOfKind(FieldDescriptor field, string value) => field.FieldType switch
    {
        FieldType.Bool => Compare(true, value) is not null,
        FieldType.Int32 or FieldType.Int64 => Compare(0L, value) is not null,
        FieldType.Message when field.MessageType == Timestamp.Descriptor =>
            Compare(DateTimeOffset.UnixEpoch, value) is not null,
        FieldType.Message when field.MessageType == Duration.Descriptor => Compare(TimeSpan.Zero, value) is not null,
        // A map's value by its key; of a message only its fields can be compared.
        FieldType.Message => field.IsMap,
        _ => true,
    };

    /// <summary>Null where the value is not of the field's kind.</summary>
    private static int? Compare(IComparable field, string value) => field switch
    {
        string text => string.Compare(text, value, StringComparison.OrdinalIgnoreCase),
        bool truth => bool.TryParse(value, out var other) ? truth.CompareTo(other) : null,
        long number => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var other)
            ? number.CompareTo(other) : null,
        DateTimeOffset time => DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var other) ? time.CompareTo(other) : null,
        TimeSpan span => value.EndsWith('s') && double.TryParse(
            value[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            ? span.TotalSeconds.CompareTo(seconds) : null,
        _ => null,
    };

    private static string Text(IComparable field) => field switch
    {
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        _ => field.ToString() ?? "",
    };
}
