using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Keyward.Cli;

/// <summary>Prints results: tables or lines on a terminal, JSON in a pipe, single fields where asked. Field names are
/// those
/// of Google's REST JSON where the thing exists there.</summary>
internal sealed class Output
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithTypeRegistry(
        TypeRegistry.FromMessages(global::Google.Cloud.Kms.V1.LocationMetadata.Descriptor)));

    private static readonly JsonFormatter WholeFormatter =
        new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    private static readonly JsonSerializerOptions Compact = new() { Encoder =
        JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly string[] _fields;

    public Output(ParseResult parsed)
    {
        _fields = parsed.GetValue(GlobalOptions.Field) ?? [];
        var format = parsed.GetValue(GlobalOptions.Format) ?? ClientSettings.Variable("KEYWARD_FORMAT");
        WantsJson = format == "json";
        IsJson = format switch
        {
            "json" => true,
            "table" => false,
            _ => Console.IsOutputRedirected,
        };
    }

    public bool IsJson { get; }

    /// <summary>For people: neither JSON nor single fields.</summary>
    public bool IsTable => !IsJson && !HasFields;

    /// <summary>JSON was asked for by name: results that are files of a kind of their own are JSON only then.</summary>
    public bool WantsJson { get; }

    /// <summary>Some fields were asked for by name (--field), and nothing else is printed.</summary>
    public bool HasFields => _fields.Length > 0;

    public static JsonObject Json(IMessage message) => (JsonObject)JsonNode.Parse(Formatter.Format(message))!;

    /// <summary>Zeros, empty texts and empty lists too.</summary>
    public static JsonObject Whole(IMessage message) => (JsonObject)JsonNode.Parse(WholeFormatter.Format(message))!;

    public void Write(IMessage message) => Write(Json(message));

    /// <summary>One object: JSON, or a line a field.</summary>
    public void Write(JsonObject json)
    {
        if (HasFields) Line(Fields(json));
        else if (IsJson) Line(json.ToJsonString(Console.IsOutputRedirected ? Compact : Indented));
        else
            foreach (var (name, value) in json)
                Line($"{name}: {Show(value)}");
    }

    /// <summary>A list: JSON with items and nextPageToken, or a table of some columns.</summary>
    public void WriteList(IEnumerable<IMessage> messages, string nextPageToken, params string[] columns) =>
        WriteList(messages.Select(Json), nextPageToken, columns);

    public void WriteList(IEnumerable<JsonObject> items, string nextPageToken, params string[] columns)
    {
        var list = items.ToList();
        if (HasFields)
        {
            foreach (var item in list) Line(Fields(item));
            return;
        }

        if (IsJson)
        {
            var json = new JsonObject { ["items"] = new JsonArray([.. list]) };
            if (nextPageToken.Length > 0) json["nextPageToken"] = nextPageToken;
            Line(json.ToJsonString(Console.IsOutputRedirected ? Compact : Indented));
            return;
        }

        if (list.Count == 0)
        {
            Console.Error.WriteLine("Nothing found.");
            return;
        }

        foreach (var line in TableWriter.Lines(columns.Select(Heading), list.Select(i => columns.Select(c =>
            Show(At(i, c))))))
            Line(line);
    }

    public static void Line(string text) => StandardOutput.Write(Encoding.UTF8.GetBytes(text + "\n"));

    private string Fields(JsonObject json) => string.Join('\t', _fields.Select(f => Show(At(json, f))));

    private static JsonNode? At(JsonNode json, string path)
    {
        JsonNode? node = json;
        foreach (var part in path.Split('.')) node = node is JsonObject inner ? inner[part] : null;
        return node;
    }

    private static string Show(JsonNode? value) => value switch
    {
        null => "",
        JsonValue scalar when scalar.TryGetValue<string>(out var text) => text,
        _ => value.ToJsonString(Compact),
    };

    /// <summary>createTime → CREATE_TIME.</summary>
    private static string Heading(string column) => string.Concat(column.Replace('.', '_')
        .Select(c => char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));
}
