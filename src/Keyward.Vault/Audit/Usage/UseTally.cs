using Keyward.Vault.Audit.Index;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Usage;

/// <summary>Counts the uses of one version. Belongs to its fold.</summary>
internal sealed class UseTally
{
    /// <summary>Whom a version's owner has to ask before it goes: more than these are counted, not named.</summary>
    private const int MaximumPrincipals = 64;

    private readonly Dictionary<string, Of> _principals = [];
    private readonly Of _all = new();
    private long _lastIndex;
    private int _forgotten;

    public long Uses => _all.Uses;

    public void Add(RecordFacts facts, int operation)
    {
        _all.Add(facts.TimeMicros, operation);
        _lastIndex = facts.Index;
        var name = facts.Principal ?? "";
        if (!_principals.TryGetValue(name, out var principal))
        {
            if (_principals.Count == MaximumPrincipals)
            {
                _principals.Remove(_principals.MinBy(p => p.Value.Last).Key);
                _forgotten++;
            }

            _principals[name] = principal = new Of();
        }

        principal.Add(facts.TimeMicros, operation);
    }

    public VersionUse Show(string version) => new(version, Micros.Time(_all.First), Micros.Time(_all.Last), _all.Uses,
        _lastIndex,
        [
            .. _principals.OrderByDescending(p => p.Value.Last).ThenBy(p => p.Key, StringComparer.Ordinal)
                .Select(p => new PrincipalUse(p.Key, Micros.Time(p.Value.First), Micros.Time(p.Value.Last),
                    p.Value.Uses, [.. LastUses.Operations.Where((_, i) => (p.Value.Operations & (1u << i)) != 0)])),
        ], _forgotten);

    public void Write(BinaryWriter writer)
    {
        _all.Write(writer);
        writer.Write(_lastIndex);
        writer.Write(_forgotten);
        writer.Write(_principals.Count);
        foreach (var (name, principal) in _principals)
        {
            writer.Write(name);
            principal.Write(writer);
        }
    }

    public static UseTally Read(BinaryReader reader)
    {
        var tally = new UseTally();
        tally._all.Read(reader);
        tally._lastIndex = reader.ReadInt64();
        tally._forgotten = reader.ReadInt32();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var name = reader.ReadString();
            (tally._principals[name] = new Of()).Read(reader);
        }

        return tally;
    }

    /// <summary>Times in microseconds since 1970; the operations as bits.</summary>
    private sealed class Of
    {
        public long First { get; private set; } = long.MaxValue;

        public long Last { get; private set; }

        public long Uses { get; private set; }

        public uint Operations { get; private set; }

        public void Add(long timeMicros, int operation)
        {
            (First, Last) = (Math.Min(First, timeMicros), Math.Max(Last, timeMicros));
            Uses++;
            Operations |= 1u << operation;
        }

        public void Write(BinaryWriter writer)
        {
            writer.Write(First);
            writer.Write(Last);
            writer.Write(Uses);
            writer.Write(Operations);
        }

        public void Read(BinaryReader reader) => (First, Last, Uses, Operations) =
            (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadUInt32());
    }
}
