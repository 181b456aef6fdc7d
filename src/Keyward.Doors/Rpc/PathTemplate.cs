using System.Text.RegularExpressions;

namespace Keyward.Doors.Rpc;

/// <summary>A path of google.api.http (google/api/http.proto, "Path template syntax"), compiled: literals, <c>*</c>,
/// <c>**</c> at the end of the path, one level of variables, and a verb behind the last colon.</summary>
internal sealed partial class PathTemplate
{
    private const string One = "*";
    private const string Many = "**";

    private readonly string[] _segments;
    private readonly List<(string Field, int Start, int Count)> _variables = [];
    private readonly string? _verb;

    public PathTemplate(string template)
    {
        var rest = template[1..];
        var verbAt = rest.LastIndexOf(':');
        if (verbAt > rest.LastIndexOf('}') && verbAt > rest.LastIndexOf('/'))
        {
            _verb = rest[(verbAt + 1)..];
            rest = rest[..verbAt];
        }

        var segments = new List<string>();
        foreach (Match part in Part().Matches(rest))
        {
            if (!part.Groups["field"].Success)
            {
                segments.Add(part.Value);
                continue;
            }

            var inner = part.Groups["pattern"].Success ? part.Groups["pattern"].Value.Split('/') : [One];
            _variables.Add((part.Groups["field"].Value, segments.Count, inner.Length));
            segments.AddRange(inner);
        }

        _segments = [.. segments];
    }

    /// <summary>The variables' values, or null where the path is another one.</summary>
    public Dictionary<string, string>? Match(string[] path, string? verb)
    {
        if (verb != _verb) return null;
        var many = _segments[^1] == Many;
        if (many ? path.Length < _segments.Length : path.Length != _segments.Length) return null;
        for (var i = 0; i < _segments.Length; i++)
        {
            if (path[i].Length == 0) return null;
            if (_segments[i] is not (One or Many) && _segments[i] != path[i]) return null;
        }

        var values = new Dictionary<string, string>();
        foreach (var (field, start, count) in _variables)
        {
            var end = many && start + count == _segments.Length ? path.Length : start + count;
            values[field] = string.Join('/', path[start..end]);
        }

        return values;
    }

    /// <summary>Splits a request's path; the verb is what stands behind the last colon of the last segment.</summary>
    public static (string[] Path, string? Verb) Split(string path)
    {
        var colon = path.LastIndexOf(':');
        return colon > path.LastIndexOf('/')
            ? (path[1..colon].Split('/'), path[(colon + 1)..])
            : (path[1..].Split('/'), null);
    }

    [GeneratedRegex(@"\{(?<field>[\w.]+)(=(?<pattern>[^}]*))?\}|[^/{}]+")]
    private static partial Regex Part();
}
