using System.Text.RegularExpressions;
using Google.Api;
using Google.Protobuf.Reflection;

namespace Keyward.Tests.Doors;

/// <summary>The REST addresses of a method, as its own google.api.http rule has them, with a variable's pattern in the
/// variable's place: <c>/v1/projects/*/locations/*/keyRings</c>.</summary>
internal static partial class Bindings
{
    public static IEnumerable<(string Verb, string Path)> Of(MethodDescriptor method)
    {
        if (method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is not { } rule) yield break;
        foreach (var binding in rule.AdditionalBindings.Prepend(rule))
        {
            var (verb, path) = binding.PatternCase switch
            {
                HttpRule.PatternOneofCase.Get => ("GET", binding.Get),
                HttpRule.PatternOneofCase.Post => ("POST", binding.Post),
                HttpRule.PatternOneofCase.Put => ("PUT", binding.Put),
                HttpRule.PatternOneofCase.Patch => ("PATCH", binding.Patch),
                _ => ("DELETE", binding.Delete),
            };
            yield return (verb, Variable().Replace(
                path, m => m.Groups["pattern"].Success ? m.Groups["pattern"].Value : "*"));
        }
    }

    [GeneratedRegex(@"\{[\w.]+(=(?<pattern>[^}]*))?\}")]
    private static partial Regex Variable();
}
