using System.Collections.Concurrent;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Google;

/// <summary>Names that were parsed before: the same few come with nearly every request. Bounded: when it is full it
/// begins anew. Holds names only, whether there is anything of that name or not. Safe for concurrent use.</summary>
internal sealed class ParsedNames<T>
    where T : struct
{
    private const int Maximum = 4_096;

    private readonly ConcurrentDictionary<string, T> _parsed = new(StringComparer.Ordinal);
    private int _count;

    public T? Find(string name) => _parsed.TryGetValue(name, out var parsed) ? parsed : null;

    /// <summary>Keeps what parsed; what did not is only given back.</summary>
    public Outcome<T> Keep(string name, Outcome<T> parsed)
    {
        if (!parsed.TryGet(out var value, out _)) return parsed;
        if (Interlocked.Increment(ref _count) > Maximum)
        {
            _parsed.Clear();
            Interlocked.Exchange(ref _count, 1);
        }

        _parsed[name] = value;
        return parsed;
    }
}
