using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Keys;

namespace Keyward.Doors.Aws.Kms;

/// <summary>TagResource, UntagResource, ListResourceTags.</summary>
internal static class TagOperations
{
    private const int MaximumPageSize = 50;

    public static readonly Operation[] All =
    [
        new("TagResource", new Shape(Member.Key().Required(), Member.Tags.Required()), TagResource),
        new("UntagResource", new Shape(Member.Key().Required(),
            Member.Texts("TagKeys", int.MaxValue, 1, 128).Required()), UntagResource),
        new("ListResourceTags", new Shape(Member.Key().Required(), Member.Integer("Limit", 1, MaximumPageSize),
            Member.Marker), ListResourceTags),
    ];

    private static ValueTask<Answer> TagResource(Call call) =>
        call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is { } key
            ? call.PassAsync(new TagKey(key.Name, call.Input.Tags("Tags")), write: null)
            : new(answer!);

    private static ValueTask<Answer> UntagResource(Call call) =>
        call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is { } key
            ? call.PassAsync(new UntagKey(key.Name, call.Input.Texts("TagKeys")), write: null)
            : new(answer!);

    private static ValueTask<Answer> ListResourceTags(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        var page = KeyListing.PageOf<KeyValuePair<string, string>>(call.Input, defaultSize: MaximumPageSize);
        return call.PassAsync(new ListTags(key.Name, page), (json, result) =>
            KeyListing.WritePage(json, "Tags", result, tag =>
            {
                json.WriteStartObject();
                json.WriteString("TagKey", tag.Key);
                json.WriteString("TagValue", tag.Value);
                json.WriteEndObject();
            }));
    }
}
