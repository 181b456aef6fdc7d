using System.Collections.Concurrent;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Google;

/// <summary>A parser of names that remembers: the same few come with nearly every request. Bounded: when it is full it
/// begins anew. Holds names only, whether there is anything of that name or not. Safe for concurrent use.</summary>
internal sealed class ParsedNames<T>(Func<string, Outcome<T>> parse)
    where T : struct
{
    private const int Maximum = 4_096;

    private readonly ConcurrentDictionary<string, T> _parsed = new(StringComparer.Ordinal);

    public Outcome<T> Of(string name)
    {
        if (_parsed.TryGetValue(name, out var known)) return known;
        var parsed = parse(name);
        if (!parsed.TryGet(out var value, out _)) return parsed;
        if (_parsed.Count >= Maximum) _parsed.Clear();
        _parsed[name] = value;
        return parsed;
    }
}
