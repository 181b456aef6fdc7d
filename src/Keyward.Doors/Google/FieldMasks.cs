using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Google;

/// <summary>An update's mask: required, of fields that can be changed. Paths come in snake case, and from some
/// clients in
/// camel case.</summary>
internal static class FieldMasks
{
    public static Outcome<HashSet<string>> Parse(FieldMask? mask, MessageDescriptor message, params string[] allowed)
    {
        if (mask is null || mask.Paths.Count == 0)
            return new Refusal(RefusalReason.InvalidArgument,
                "update_mask is required and names the fields to change.");
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in mask.Paths)
        {
            var name = SnakeCase(path);
            if (!allowed.Contains(name))
                return new Refusal(RefusalReason.InvalidArgument, message.FindFieldByName(name.Split('.')[0]) is null
                    ? "update_mask names a field that does not exist."
                    : $"The field {name} cannot be changed.");
            paths.Add(name);
        }

        return paths;
    }

    private static string SnakeCase(string path) => string.Concat(
        path.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));
}
