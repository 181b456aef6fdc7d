namespace Keyward.Vault.Audit.Anomalies;

/// <summary>How many use a key, and since when it is known to be used.</summary>
internal readonly record struct KeyUsers(long FirstMicros, int Count);

/// <summary>What was learnt of principals and keys, within a bound: those that were not seen for longest are
/// forgotten. Belongs to its fold.</summary>
internal sealed class Baselines
{
    private const int MaximumPairs = 50_000;
    private const int MaximumPrincipals = 20_000;

    /// <summary>Forgetting one at a time would sort them all each time.</summary>
    private const int ForgottenAtOnce = 10;

    private readonly Dictionary<(string Principal, string Key), PairBaseline> _pairs = [];
    private readonly Dictionary<string, KeyUsers> _keys = [];
    private readonly Dictionary<string, PrincipalWatch> _principals = [];
    private readonly Dictionary<string, string> _keyNames = [];

    /// <summary>A record names the key or one of its versions.</summary>
    public string KeyOf(string resource)
    {
        var at = resource.IndexOf("/cryptoKeyVersions/", StringComparison.Ordinal);
        if (at < 0) return resource;
        if (_keyNames.TryGetValue(resource, out var known)) return known;
        if (_keyNames.Count >= MaximumPairs) _keyNames.Clear();
        return _keyNames[resource] = resource[..at];
    }

    public PairBaseline? Find(string principal, string key) => _pairs.GetValueOrDefault((principal, key));

    public KeyUsers? UsersOf(string key) => _keys.TryGetValue(key, out var users) ? users : null;

    public PairBaseline Begin(string principal, string key, long timeMicros)
    {
        if (_pairs.Count >= MaximumPairs)
            foreach (var pair in _pairs.OrderBy(p => p.Value.LastMicros).Take(MaximumPairs / ForgottenAtOnce)
                .Select(p => p.Key).ToList()) _pairs.Remove(pair);
        var users = _keys.GetValueOrDefault(key, new KeyUsers(timeMicros, 0));
        if (_keys.Count >= MaximumPairs && users.Count == 0)
            foreach (var old in _keys.OrderBy(k => k.Value.FirstMicros).Take(MaximumPairs / ForgottenAtOnce)
                .Select(k => k.Key).ToList()) _keys.Remove(old);
        _keys[key] = users with { Count = users.Count + 1 };
        return _pairs[(principal, key)] = PairBaseline.Begin(timeMicros);
    }

    public PrincipalWatch Of(string principal, long timeMicros)
    {
        if (!_principals.TryGetValue(principal, out var watch))
        {
            if (_principals.Count >= MaximumPrincipals)
                foreach (var old in _principals.OrderBy(p => p.Value.LastMicros)
                    .Take(MaximumPrincipals / ForgottenAtOnce).Select(p => p.Key).ToList()) _principals.Remove(old);
            _principals[principal] = watch = new PrincipalWatch(timeMicros);
        }

        watch.Touch(timeMicros);
        return watch;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(_pairs.Count);
        foreach (var ((principal, key), pair) in _pairs)
        {
            writer.Write(principal);
            writer.Write(key);
            pair.Write(writer);
        }

        writer.Write(_keys.Count);
        foreach (var (key, users) in _keys)
        {
            writer.Write(key);
            writer.Write(users.FirstMicros);
            writer.Write(users.Count);
        }

        writer.Write(_principals.Count);
        foreach (var (principal, watch) in _principals)
        {
            writer.Write(principal);
            watch.Write(writer);
        }
    }

    public void Read(BinaryReader reader)
    {
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var name = (reader.ReadString(), reader.ReadString());
            _pairs[name] = PairBaseline.Read(reader);
        }

        for (var count = reader.ReadInt32(); count > 0; count--)
            _keys[reader.ReadString()] = new KeyUsers(reader.ReadInt64(), reader.ReadInt32());
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var name = reader.ReadString();
            _principals[name] = PrincipalWatch.Read(reader);
        }
    }
}
