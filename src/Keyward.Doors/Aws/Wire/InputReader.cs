using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Keyward.Doors.Aws.Wire;

/// <summary>Reads a request (AWS JSON 1.1) by its operation's shape: unknown members are passed over, null is absent,
/// blobs are strict base64. A wrong type is a SerializationException; broken constraints are gathered by
/// <see cref="Constraints"/>.</summary>
internal ref struct InputReader
{
    private const int MaximumDepth = 16;

    /// <summary>A request of more values than this is no request.</summary>
    private const int MaximumValues = 10_000;

    private Utf8JsonReader _json;
    private int _values;
    private Fault? _fault;

    private InputReader(ReadOnlySpan<byte> body) =>
        _json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaximumDepth });

    /// <summary>The input, or the first thing that is wrong with its form.</summary>
    public static Input? Read(Shape shape, ReadOnlySpan<byte> body, out Fault? fault)
    {
        fault = null;
        // SDKs send {}; an empty body stands for it.
        if (body.IsEmpty) return new Input(shape);
        if (!System.Text.Unicode.Utf8.IsValid(body))
        {
            fault = Malformed;
            return null;
        }

        try
        {
            var reader = new InputReader(body);
            var input = reader.ReadDocument(shape);
            fault = reader._fault;
            return fault is null ? input : null;
        }
        // The reader throws the second for escapes that make no text (a lone surrogate).
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            fault = Malformed;
            return null;
        }
    }

    private static Fault Malformed => Fault.Serialization("The request body is not a JSON object in UTF-8.");

    private Input ReadDocument(Shape shape)
    {
        _json.Read();
        var input = ReadStructure(shape);
        if (_fault is null && _json.Read()) _fault = Malformed;
        return input;
    }

    private Input ReadStructure(Shape shape)
    {
        var input = new Input(shape);
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            Wrong("a structure");
            return input;
        }

        var seen = 0UL;
        while (_fault is null && _json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (++_values > MaximumValues) _fault = Malformed;
            var index = shape.IndexOf(ref _json);
            _json.Read();
            if (index < 0)
            {
                _json.Skip();
                continue;
            }

            if ((seen & (1UL << index)) != 0) _fault = Fault.Serialization("A member occurs twice.");
            seen |= 1UL << index;
            if (_json.TokenType != JsonTokenType.Null) input[index] = ReadValue(shape.Members[index]);
        }

        return input;
    }

    private object? ReadValue(Member member) => member.Kind switch
    {
        MemberKind.Text => ReadText(),
        MemberKind.Blob => ReadBlob(),
        MemberKind.Integer => ReadInteger(),
        MemberKind.Boolean => ReadBoolean(),
        MemberKind.Time => ReadTime(),
        MemberKind.TextMap => ReadMap(),
        MemberKind.TextList => ReadTexts(),
        MemberKind.TagList => ReadTags(),
        MemberKind.Structure => ReadStructure(member.Of!),
    };

    private string? ReadText()
    {
        if (_json.TokenType == JsonTokenType.String) return _json.GetString();
        Wrong("a String");
        return null;
    }

    private byte[]? ReadBlob()
    {
        if (_json.TokenType != JsonTokenType.String)
        {
            Wrong("a Blob");
            return null;
        }

        Span<byte> unescaped = _json.ValueIsEscaped ? new byte[_json.ValueSpan.Length] : [];
        var text = _json.ValueIsEscaped ? unescaped[.._json.CopyString(unescaped)] : _json.ValueSpan;
        if (TryDecode(text, out var bytes)) return bytes;
        _fault = Fault.Serialization("A blob is not base64.");
        return null;
    }

    /// <summary>Strict: no blanks, full padding, no stray bits in the last character.</summary>
    internal static bool TryDecode(ReadOnlySpan<byte> text, out byte[] bytes)
    {
        var padding = text.EndsWith("=="u8) ? 2 : text.EndsWith("="u8) ? 1 : 0;
        bytes = new byte[Math.Max(0, Base64.GetMaxDecodedFromUtf8Length(text.Length) - padding)];
        if (text.ContainsAny((byte)' ', (byte)'\n', (byte)'\r') || text.Contains((byte)'\t')) return false;
        if (Base64.DecodeFromUtf8(text, bytes, out _, out var written) != OperationStatus.Done) return false;
        if (text.Length > 0 && text[^1] == '=')
        {
            Span<byte> last = stackalloc byte[4];
            var tail = written % 3 == 0 ? 3 : written % 3;
            Base64.EncodeToUtf8(bytes.AsSpan(written - tail, tail), last, out _, out _);
            if (!last.SequenceEqual(text[^4..])) return false;
        }

        return true;
    }

    private object? ReadInteger()
    {
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out var number)
            && number is >= int.MinValue and <= int.MaxValue) return number;
        Wrong("an Integer");
        return null;
    }

    private object? ReadBoolean()
    {
        if (_json.TokenType is JsonTokenType.True or JsonTokenType.False) return _json.GetBoolean();
        Wrong("a Boolean");
        return null;
    }

    private object? ReadTime()
    {
        // Seconds with a fraction; what lies outside the years 1 to 9999 is no time.
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetDouble(out var seconds)
            && seconds is > -62_135_596_800 and < 253_402_300_799)
            return DateTimeOffset.UnixEpoch + TimeSpan.FromMilliseconds((long)(seconds * 1_000));
        Wrong("a Timestamp");
        return null;
    }

    private Dictionary<string, string>? ReadMap()
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            Wrong("a Map");
            return null;
        }

        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        while (_fault is null && _json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (++_values > MaximumValues) _fault = Malformed;
            var name = _json.GetString()!;
            _json.Read();
            if (_json.TokenType == JsonTokenType.Null)
                _fault ??= Fault.Validation("1 validation error detected: Map value must satisfy constraint: " +
                    "[Member must not be null]");
            else if (ReadText() is { } value && !map.TryAdd(name, value))
                _fault ??= Fault.Serialization("A name occurs twice in a map.");
        }

        return map;
    }

    private List<string>? ReadTexts()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            Wrong("a List");
            return null;
        }

        var texts = new List<string>();
        while (_fault is null && _json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (++_values > MaximumValues) _fault = Malformed;
            if (ReadText() is { } text) texts.Add(text);
        }

        return texts;
    }

    private static readonly Shape TagShape = new(Member.Text("TagKey"), Member.Text("TagValue"));

    private List<KeyValuePair<string, string>>? ReadTags()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            Wrong("a List");
            return null;
        }

        var tags = new List<KeyValuePair<string, string>>();
        while (_fault is null && _json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (++_values > MaximumValues) _fault = Malformed;
            var tag = ReadStructure(TagShape);
            // A missing one is told by the constraints, which see null.
            tags.Add(new KeyValuePair<string, string>(tag.Text("TagKey")!, tag.Text("TagValue")!));
        }

        return tags;
    }

    private void Wrong(string expected) => _fault ??= Fault.Serialization(
        $"{_json.TokenType switch
        {
            JsonTokenType.String => "STRING_VALUE",
            JsonTokenType.Number => "NUMBER_VALUE",
            JsonTokenType.True => "TRUE_VALUE",
            JsonTokenType.False => "FALSE_VALUE",
            JsonTokenType.StartArray => "START_ARRAY",
            JsonTokenType.StartObject => "START_OBJECT",
            _ => "The value",
        }} can not be converted to {expected}.");
}
