using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Keyward.Doors.Rpc;

/// <summary>Finds the value that made a message's JSON unfit, by parsing its parts one by one: the parser itself says
/// it
/// in words that are not for callers.</summary>
internal static class JsonFault
{
    public static BadRequestException In(JsonObject json, MessageDescriptor message, JsonParser parser) =>
        Find(json, message, parser) is var (path, kind)
            ? new BadRequestException($"Invalid value at '{path}' ({kind}).", path)
            : new BadRequestException("The request is not valid for this method.");

    private static (string Path, string Kind)? Find(JsonObject json, MessageDescriptor message, JsonParser parser)
    {
        foreach (var (name, value) in json)
        {
            if (JsonRequest.Field(message, name) is not { } field
                || Parses(new JsonObject { [name] = value?.DeepClone() }, message, parser)) continue;
            var below = value is JsonObject inner && field is { FieldType: FieldType.Message, IsMap: false }
                && field.MessageType.File.Package != "google.protobuf" ? Find(inner, field.MessageType, parser) : null;
            return below is var (path, kind) ? ($"{field.Name}.{path}", kind) : (field.Name, KindOf(field));
        }

        return null;
    }

    private static bool Parses(JsonObject json, MessageDescriptor message, JsonParser parser)
    {
        try
        {
            parser.Parse(json.ToJsonString(), message);
            return true;
        }
        catch (Exception failure) when (failure is InvalidProtocolBufferException or InvalidJsonException
            or FormatException or OverflowException)
        {
            return false;
        }
    }

    private static string KindOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Enum => "type.googleapis.com/" + field.EnumType.FullName,
        FieldType.Message => field.IsMap ? "a map" : "type.googleapis.com/" + field.MessageType.FullName,
        var type => "TYPE_" + type.ToString().ToUpperInvariant(),
    };
}
