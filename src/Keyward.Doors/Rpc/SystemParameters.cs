using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Rpc;

/// <summary>What a REST request's query says about its answer rather than to its method (Google APIs, "System
/// parameters"), each with or without a dollar sign.</summary>
internal sealed record SystemParameters(bool EnumsAsNumbers, FieldSelection? Fields)
{
    // access_token and oauth_token are no way in here: a token in an address ends in logs. Who sends one beside the
    // header is not refused for it.
    private static readonly string[] Names =
    [
        "alt", "fields", "prettyPrint", "key", "quotaUser", "uploadType", "upload_protocol", "callback",
        "access_token", "oauth_token",
    ];

    /// <summary>The header that says the same as <c>fields</c>.</summary>
    private const string FieldMask = "X-Goog-FieldMask";

    public static bool Has(string name) => name.StartsWith('$') || Names.Contains(name);

    public static SystemParameters Parse(HttpRequest request, MessageDescriptor output)
    {
        var query = request.Query;
        var numbers = false;
        foreach (var form in query["alt"].Concat(query["$alt"]))
        {
            var parts = (form ?? "").Split(';');
            if (parts[0] is not ("" or "json"))
                throw new BadRequestException("alt must be json: answers have no other form.", "alt");
            numbers |= parts.Contains("enum-encoding=int");
        }

        var fields = string.Join(',', query["fields"].Concat(query["$fields"]).Concat(request.Headers[FieldMask])
            .Where(f => !string.IsNullOrEmpty(f)));
        return new SystemParameters(numbers, fields.Length == 0 ? null : FieldSelection.Parse(fields, output));
    }
}
