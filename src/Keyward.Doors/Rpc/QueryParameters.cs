using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Keyward.Vault.Names;
using Microsoft.Extensions.Primitives;

namespace Keyward.Doors.Rpc;

/// <summary>Puts what stands in the path and the query into the request's JSON, by field names in either
/// case.</summary>
internal static class QueryParameters
{
    public static void Set(JsonObject json, MessageDescriptor message, string path, StringValues values)
    {
        var (target, field) = Descend(json, message, path)
            ?? throw Bad(path, $"Unknown query parameter \"{JsonRequest.Shown(path)}\".");
        if (field.IsMap || (field.FieldType == FieldType.Message
            && field.MessageType.File.Package != "google.protobuf"))
            throw Bad(path, $"\"{JsonRequest.Shown(path)}\" cannot be given in the query.");
        if (field.IsRepeated)
        {
            target[field.JsonName] = new JsonArray([.. values.Select(v => Value(field, v ?? "", path))]);
            return;
        }

        if (values.Count != 1) throw Bad(path, $"\"{JsonRequest.Shown(path)}\" is given more than once.");
        target[field.JsonName] = Value(field, values[0] ?? "", path);
    }

    /// <summary>A variable of the path wins over the same field in the body.</summary>
    public static void SetPath(JsonObject json, MessageDescriptor message, string path, string value)
    {
        var (target, field) = Descend(json, message, path)
            ?? throw new InvalidOperationException($"A path template names no field: {path}.");
        target[field.JsonName] = value;
    }

    private static (JsonObject Target, FieldDescriptor Field)? Descend(
        JsonObject json, MessageDescriptor message, string path)
    {
        var parts = path.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            if (JsonRequest.Field(message, parts[i]) is not { } field) return null;
            if (i == parts.Length - 1) return (json, field);
            if (field.FieldType != FieldType.Message || field.IsRepeated) return null;
            if (json[field.JsonName] is not JsonObject inner) json[field.JsonName] = inner = [];
            (json, message) = (inner, field.MessageType);
        }

        return null;
    }

    private static JsonNode? Value(FieldDescriptor field, string value, string path) => field.FieldType switch
    {
        FieldType.Bool => bool.TryParse(value, out var flag)
            ? flag
            : throw Bad(path, $"\"{JsonRequest.Shown(path)}\" must be true or false."),
        FieldType.Enum when DecimalNumber.TryParse(value, out int number) =>
            number,
        FieldType.Message when field.MessageType == FieldMask.Descriptor => JsonRequest.Mask(value),
        _ => value,
    };

    private static BadRequestException Bad(string path, string sentence) => new(sentence, JsonRequest.Shown(path));
}
