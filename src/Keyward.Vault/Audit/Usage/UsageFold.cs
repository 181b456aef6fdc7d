using System.Text.Json;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Usage;

/// <summary>First and last use of every version and who uses it, folded from this node's log. What it says is of the
/// moment up to which it has read; the follower adds, anyone asks.</summary>
internal sealed class UsageFold : ILogFold
{
    private const string FileName = "usage-1";
    private const string VersionPart = "/cryptoKeyVersions/";

    /// <summary>So many records are read again after a crash, at most; written more seldom than that.</summary>
    private const int SaveEvery = 65_536;

    private readonly Lock _lock = new();
    private readonly ITreeFiles _files;
    private readonly IAuditLog _log;
    private readonly Dictionary<string, SortedDictionary<int, UseTally>> _keys = [];
    private readonly Dictionary<string, string> _keyNames = [];
    private long _next;
    private long _saved;
    private long _sinceMicros;

    private UsageFold(ITreeFiles files, IAuditLog log)
    {
        (_files, _log) = (files, log);
        _next = FoldFile.Load(files, FileName, log, Read) ?? log.FirstIndex;
        _saved = _next;
    }

    public static UsageFold Open(ITreeFiles files, IAuditLog log) => new(files, log);

    public long Next => Volatile.Read(ref _next);

    /// <summary>The time of the first record that is in it: what was before is not known. Null while there is
    /// none.</summary>
    public DateTimeOffset? Since
    {
        get { lock (_lock) return _sinceMicros == 0 ? null : Micros.Time(_sinceMicros); }
    }

    public void Add(RecordFacts facts)
    {
        lock (_lock)
        {
            if (_sinceMicros == 0) _sinceMicros = facts.TimeMicros;
            if (facts is { Outcome: Outcomes.Ok, Version: > 0, Resource: { } resource, Operation: { } operation }
                && LastUses.NumberOf(operation) is >= 0 and var number)
            {
                TallyOf(KeyOf(resource), facts.Version).Add(facts, number);
                if (operation == "re_encrypt" && DestinationOf(facts.Bytes) is { } target)
                    TallyOf(target.Key, target.Version).Add(facts, number);
            }

            Volatile.Write(ref _next, facts.Index + 1);
        }
    }

    public void Settle(bool isLast)
    {
        if (_next == _saved || (!isLast && _next - _saved < SaveEvery)) return;
        lock (_lock) FoldFile.Save(_files, FileName, _log.Origin, _next, Write);
        _saved = _next;
    }

    /// <summary>Versions that were used, of a key, or of all keys below a name.</summary>
    public IReadOnlyList<VersionUse> Find(string name)
    {
        lock (_lock)
        {
            var keys = _keys.Where(k => k.Key == name || k.Key.StartsWith(name + "/", StringComparison.Ordinal))
                .OrderBy(k => k.Key, StringComparer.Ordinal);
            return
            [
                .. keys.SelectMany(k => k.Value.Select(v => v.Value.Show($"{k.Key}{VersionPart}{v.Key}"))),
            ];
        }
    }

    private UseTally TallyOf(string key, int version)
    {
        if (!_keys.TryGetValue(key, out var versions)) _keys[key] = versions = [];
        if (!versions.TryGetValue(version, out var tally)) versions[version] = tally = new UseTally();
        return tally;
    }

    /// <summary>A record names the key or one of its versions.</summary>
    private string KeyOf(string resource)
    {
        var at = resource.IndexOf(VersionPart, StringComparison.Ordinal);
        if (at < 0) return resource;
        if (_keyNames.TryGetValue(resource, out var known)) return known;
        return _keyNames[resource] = resource[..at];
    }

    private static (string Key, int Version)? DestinationOf(ReadOnlyMemory<byte> record)
    {
        using var json = JsonDocument.Parse(record);
        if (!json.RootElement.TryGetProperty("params", out var parameters)
            || !parameters.TryGetProperty("destination_version", out var target)
            || target.ValueKind != JsonValueKind.String) return null;
        var name = target.GetString()!;
        var at = name.IndexOf(VersionPart, StringComparison.Ordinal);
        return at > 0 && DecimalNumber.TryParse(name.AsSpan(at + VersionPart.Length), out int version)
            ? (name[..at], version)
            : null;
    }

    private void Write(BinaryWriter writer)
    {
        writer.Write(_sinceMicros);
        writer.Write(_keys.Count);
        foreach (var (key, versions) in _keys)
        {
            writer.Write(key);
            writer.Write(versions.Count);
            foreach (var (number, tally) in versions)
            {
                writer.Write(number);
                tally.Write(writer);
            }
        }
    }

    private void Read(BinaryReader reader)
    {
        _sinceMicros = reader.ReadInt64();
        for (var keys = reader.ReadInt32(); keys > 0; keys--)
        {
            var versions = _keys[reader.ReadString()] = [];
            for (var count = reader.ReadInt32(); count > 0; count--)
            {
                var number = reader.ReadInt32();
                versions[number] = UseTally.Read(reader);
            }
        }
    }
}
