using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Keyward.Delivery;

/// <summary>The forms in which records leave: our own, and those that people's tools read already. One line a
/// record.</summary>
internal static class RecordForm
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.Default };

    public static readonly IReadOnlyList<string> Names = ["keyward", "google", "cloudtrail", "ocsf", "cef"];

    /// <summary>How records are written in a form of <see cref="Names"/>.</summary>
    public static Func<RecordView, string> Of(string name) => name switch
    {
        "google" => view => Line(GoogleForm.Of(view)),
        "cloudtrail" => view => Line(CloudTrailForm.Of(view)),
        "ocsf" => view => Line(OcsfForm.Of(view)),
        "cef" => CefForm.Of,
        _ => view => Line(view.Json),
    };

    /// <summary>Adds a member where there is something to say.</summary>
    public static JsonObject With(this JsonObject json, string name, JsonNode? value)
    {
        if (value is not null) json[name] = value.Parent is null ? value : value.DeepClone();
        return json;
    }

    private static string Line(JsonObject json) => json.ToJsonString(Compact);
}
