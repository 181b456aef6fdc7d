using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Keyward.Vault.Names;

namespace Keyward.Doors.Rpc;

/// <summary>The request's JSON does not mean what it should; the sentence names the field, never its value.</summary>
internal sealed class BadRequestException(string sentence, string? field = null) : Exception(sentence)
{
    /// <summary>The path of the field at fault, as the caller wrote it.</summary>
    public string? Field { get; } = field;
}

/// <summary>Makes JSON that callers may write into JSON that the strict parser takes: null is absent, bytes may be
/// URL-safe or unpadded, masks may be in snake case, and what no field is called is refused by name.</summary>
internal static class JsonRequest
{
    private const int MaximumDepth = 16;
    private const int MaximumValues = 10_000;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaximumDepth,
        AllowDuplicateProperties = false };

    /// <summary>An object; an absent body, <c>""</c> and <c>null</c> are an empty one, as Google's clients send
    /// them.</summary>
    public static JsonObject Parse(ReadOnlySpan<byte> body)
    {
        if (!System.Text.Unicode.Utf8.IsValid(body)) throw new BadRequestException("The body is not UTF-8.");
        if (body.TrimStart(" \t\r\n"u8).IsEmpty) return [];
        try
        {
            Scan(body);
            return JsonNode.Parse(body, null, Strict) switch
            {
                null => [],
                JsonObject json => json,
                JsonValue value when value.TryGetValue<string>(out var text) && text.Length == 0 => [],
                _ => throw new BadRequestException("The body must be a JSON object."),
            };
        }
        catch (JsonException)
        {
            throw new BadRequestException("The body is not valid JSON, repeats a name, or is nested too deeply.");
        }
        catch (ArgumentException)
        {
            throw new BadRequestException("The body repeats a name.");
        }
        catch (InvalidOperationException)
        {
            throw new BadRequestException("The body holds half of a surrogate pair.");
        }
    }

    public static void Normalise(JsonObject json, MessageDescriptor message, string path = "")
    {
        foreach (var (name, value) in json.ToArray())
        {
            var at = path.Length == 0 ? name : path + "." + name;
            var field = Field(message, name)
                ?? throw new BadRequestException($"Unknown name \"{Shown(at)}\".", Shown(at));
            json.Remove(name);
            if (value is null) continue;
            if (json.ContainsKey(field.JsonName)) throw new BadRequestException($"The body repeats \"{Shown(at)}\".");
            json[field.JsonName] = Value(value, field, at);
        }
    }

    public static FieldDescriptor? Field(MessageDescriptor message, string name) =>
        message.Fields.InDeclarationOrder().FirstOrDefault(f => f.JsonName == name || f.Name == name);

    /// <summary><c>rotation_period,labels</c> and <c>rotationPeriod,labels</c> mean the same mask.</summary>
    public static string Mask(string mask) => string.Join(',', mask.Split(',').Select(p => CamelCase(p.Trim())));

    /// <summary>Counts the values, maps' included, and unescapes every text once: the document does so only when it is
    /// read, and then fails with an exception that means a bug elsewhere.</summary>
    private static void Scan(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaximumDepth });
        var values = 0;
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndObject
                or JsonTokenType.EndArray) && ++values > MaximumValues) throw new BadRequestException(
                    "The body has too many values.");
            if (reader.ValueIsEscaped) _ = reader.GetString();
        }
    }

    private static JsonNode? Value(JsonNode value, FieldDescriptor field, string path)
    {
        if (field.IsMap) return value;
        if (!field.IsRepeated) return Single(value, field, path);
        if (value is not JsonArray list) throw new BadRequestException($"\"{Shown(path)}\" must be a list.");
        var normal = new JsonArray();
        foreach (var item in list)
            if (item is not null) normal.Add(Single(item, field, path));
        return normal;
    }

    private static JsonNode? Single(JsonNode value, FieldDescriptor field, string path)
    {
        switch (field.FieldType)
        {
            case FieldType.Bytes when Text(value) is { } text:
                return Base64(text);
            case FieldType.Enum when Text(value) is { } text
                && DecimalNumber.TryParse(text, out int number):
                return number;
            case FieldType.Message when field.MessageType == FieldMask.Descriptor && Text(value) is { } mask:
                return Mask(mask);
            case FieldType.Message when value is JsonObject inner && !IsWellKnown(field.MessageType):
                Normalise(inner, field.MessageType, path);
                return inner.DeepClone();
            case FieldType.Message when value is not JsonObject && !IsWellKnown(field.MessageType):
                throw new BadRequestException($"\"{Shown(path)}\" must be an object.");
            default:
                return value.DeepClone();
        }
    }

    private static bool IsWellKnown(MessageDescriptor message) =>
        message.File.Package == "google.protobuf";

    private static string? Text(JsonNode value) =>
        value is JsonValue scalar && scalar.TryGetValue<string>(out var text) ? text : null;

    private static string Base64(string text)
    {
        var standard = text.Replace('-', '+').Replace('_', '/');
        return (standard.Length % 4) switch { 2 => standard + "==", 3 => standard + "=", _ => standard };
    }

    private static string CamelCase(string name)
    {
        var parts = name.Split('_');
        return parts[0] + string.Concat(parts.Skip(1).Select(p =>
            p.Length == 0 ? "" : char.ToUpperInvariant(p[0]) + p[1..]));
    }

    /// <summary>A name from outside is shown only as far as a field's name could reach.</summary>
    internal static string Shown(string path) =>
        new([.. path.Take(80).Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '@')]);
}
