using System.Diagnostics.Metrics;
using System.Text;
using System.Text.RegularExpressions;
using Google.Api;
using Google.Protobuf.Reflection;

namespace Keyward.Tests.Doors;

/// <summary>Row F53: what a caller puts where plaintexts, material and proofs go is in no record, error or metric, whether
/// the request is well formed or not.</summary>
public sealed partial class CanaryTests
{
    private const string Canary = "canary-0f2e6d1c-plaintext";
    private const string Names = "projects/default/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";

    private static readonly string InBase64 = Convert.ToBase64String(Encoding.ASCII.GetBytes(Canary));

    /// <summary>What would be a canary's trace, whole or in part, at any of base64's three offsets.</summary>
    private static readonly string[] Traces =
    [
        "0f2e6d1c", .. Enumerable.Range(0, 3).Select(shift => Convert.ToBase64String(
            Encoding.ASCII.GetBytes(new string(' ', shift) + "canary-0f2e6d1c-plaintext"))[8..24]),
    ];

    [Fact]
    public async Task F53_Nothing_that_is_secret_in_a_request_is_in_a_record_an_error_or_a_metric()
    {
        var labels = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) => own.EnableMeasurementEvents(instrument);
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Add(labels, tags));
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Add(labels, tags));
        listener.Start();
        await using var doors = await OpenDoors.OpenAsync();
        await doors.OkAsync("POST", "/v1/projects/default/locations/global/keyRings?keyRingId=r", "{}");
        await doors.OkAsync("POST", "/v1/projects/default/locations/global/keyRings/r/cryptoKeys?cryptoKeyId=k",
            """{"purpose":"ENCRYPT_DECRYPT"}""");
        var methods = doors.Services.SelectMany(s => s.Descriptor.Methods).Where(m => BytesOf(m.InputType).Any()).ToList();
        Assert.True(methods.Count > 10, $"only {methods.Count} methods take bytes");
        foreach (var method in methods)
            foreach (var body in Bodies(method.InputType))
            {
                var reply = await doors.SendAsync("POST", PathOf(method), body);
                if (reply.Status != 200) Clean(reply.Text, $"the answer of {method.FullName} to {body}");
            }

        foreach (var token in (string[])[Canary, doors.Token + Canary, $"kwt1.{Canary}", $"{TestAccount.Encode(Canary)}.{TestAccount.Encode(Canary)}.x"])
            Clean((await doors.SendAsync("GET", "/v1/projects/default/locations", [], token)).Text, "the answer to a token");
        await foreach (var (index, entry) in doors.Keeper.AuditLog.ReadAsync(0, default))
            Clean(Encoding.UTF8.GetString(entry.Span), $"record {index}");
        Assert.NotEmpty(labels);
        foreach (var label in labels.Distinct()) Clean(label, "a metric");
    }

    private static void Add(List<string> labels, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (labels)
            foreach (var tag in tags) labels.Add($"{tag.Key}={tag.Value}");
    }

    private static void Clean(string text, string where) => Assert.All(Traces, trace =>
        Assert.True(!text.Contains(trace, StringComparison.OrdinalIgnoreCase), $"{where} holds a canary: {text}"));

    /// <summary>One good body with all fields of bytes filled, and its malformed sisters.</summary>
    private static IEnumerable<string> Bodies(MessageDescriptor message)
    {
        var fields = BytesOf(message).ToList();
        yield return "{" + string.Join(',', fields.Select(f => $"\"{f.JsonName}\":\"{InBase64}\"")) + "}";
        foreach (var field in fields)
        {
            yield return $$"""{"{{field.JsonName}}":"{{Canary}}!"}""";
            yield return $$"""{"{{field.JsonName}}":[{"{{Canary}}":1}]}""";
            yield return $$"""{"{{field.JsonName}}":["{{Canary}}"]}""";
            yield return $$"""{"{{field.JsonName}}":"{{InBase64}}" {{Canary}}""";
            yield return $$"""{"{{field.JsonName}}":"{{InBase64}}","{{field.JsonName}}Crc32c":"{{Canary}}"}""";
            yield return $$"""{"{{field.JsonName}}":"{{InBase64}}","{{field.JsonName}}Crc32c":"1"}""";
        }
    }

    private static IEnumerable<FieldDescriptor> BytesOf(MessageDescriptor message) => message.Fields.InDeclarationOrder()
        .Where(f => f.FieldType == FieldType.Bytes && !f.IsRepeated && f.Name is not ("etag" or "id"));

    private static string PathOf(MethodDescriptor method)
    {
        var path = method.GetOptions()?.GetExtension(AnnotationsExtensions.Http)?.Post ?? "";
        path = Variable().Replace(path, m => m.Groups["pattern"].Value);
        var at = path.IndexOf("projects/", StringComparison.Ordinal);
        if (at < 0) return path.Replace("*", "x", StringComparison.Ordinal);
        var colon = path.LastIndexOf(':');
        var (name, verb) = colon < 0 ? (path, "") : (path[..colon], path[colon..]);
        var parts = Names.Split('/');
        var kept = name[at..].TrimEnd('*').Split('/').Length;
        return name[..at] + string.Join('/', name.EndsWith("**", StringComparison.Ordinal) ? parts[..8] : parts[..Math.Min(kept, parts.Length)]) + verb;
    }

    [GeneratedRegex(@"\{[\w.]+=(?<pattern>[^}]*)\}")]
    private static partial Regex Variable();
}
