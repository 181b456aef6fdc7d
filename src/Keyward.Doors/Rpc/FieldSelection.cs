using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace Keyward.Doors.Rpc;

/// <summary>The part of an answer that a REST caller asks for by <c>fields</c> (Google APIs, "System parameters"):
/// <c>name,primary/state</c>, <c>cryptoKeys(name,labels)</c>, <c>*</c>. It is judged before the method runs, so that a
/// mistake in it changes nothing.</summary>
internal sealed class FieldSelection
{
    private const int MaximumLength = 1_024;
    private const int MaximumDepth = 8;

    private readonly Dictionary<string, FieldSelection> _fields = new(StringComparer.Ordinal);

    // Wins over what is named below, which is part of it.
    private bool _all;

    private FieldSelection()
    {
    }

    public static FieldSelection Parse(string text, MessageDescriptor message)
    {
        var root = new FieldSelection();
        var at = 0;
        if (text.Length is 0 or > MaximumLength) throw Malformed();
        root.ReadList(text, ref at, message, MaximumDepth);
        return at == text.Length ? root : throw Malformed();
    }

    public JsonNode? Of(JsonNode? json) => json switch
    {
        JsonArray list when !_all => new JsonArray([.. list.Select(Of)]),
        JsonObject value when !_all => new JsonObject(value.Where(p => _fields.ContainsKey(p.Key))
            .Select(p => KeyValuePair.Create(p.Key, _fields[p.Key].Of(p.Value)))),
        _ => json?.DeepClone(),
    };

    /// <param name="message">Null below a map or a message of google.protobuf, whose parts have free names.</param>
    private void ReadList(string text, ref int at, MessageDescriptor? message, int depth)
    {
        if (depth == 0) throw Malformed();
        ReadPath(text, ref at, message, depth);
        while (at < text.Length && text[at] == ',')
        {
            at++;
            ReadPath(text, ref at, message, depth);
        }
    }

    private void ReadPath(string text, ref int at, MessageDescriptor? message, int depth)
    {
        if (depth == 0) throw Malformed();
        var end = text.AsSpan(at).IndexOfAny(",/.()");
        var name = (end < 0 ? text[at..] : text.Substring(at, end)).Trim();
        at = end < 0 ? text.Length : at + end;
        var next = at < text.Length ? text[at] : ',';
        if (name == "*" && next is ',' or ')')
        {
            _all = true;
            return;
        }

        var field = message is null ? null : JsonRequest.Field(message, name) ?? throw Unknown(name);
        var key = field?.JsonName ?? name;
        if (!_fields.TryGetValue(key, out var below)) _fields[key] = below = new FieldSelection();
        if (next is ',' or ')')
        {
            below._all = true;
            return;
        }

        if (field is { FieldType: not FieldType.Message }) throw Unknown(name);
        var inner = field is null || field.IsMap || field.MessageType.File.Package == "google.protobuf"
            ? null
            : field.MessageType;
        at++;
        if (next != '(')
        {
            below.ReadPath(text, ref at, inner, depth - 1);
            return;
        }

        below.ReadList(text, ref at, inner, depth - 1);
        if (at == text.Length || text[at++] != ')') throw Malformed();
    }

    private static BadRequestException Malformed() =>
        new("fields must list fields of the answer, such as name,primary/state or cryptoKeys(name).");

    private static BadRequestException Unknown(string name) =>
        new($"fields selects \"{JsonRequest.Shown(name)}\", which the answer does not have.");
}
