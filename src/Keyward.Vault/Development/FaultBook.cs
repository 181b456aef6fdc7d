using System.Buffers.Binary;
using System.Security.Cryptography;
using Keyward.Vault.Audit;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Development;

/// <summary>The rules of a development server, in the order in which they were added. The first that matches a request
/// and chooses it is the one that it meets. In memory, safe for concurrent use.</summary>
internal sealed class FaultBook
{
    /// <summary>More rules than a person keeps in mind.</summary>
    public const int MaximumRules = 100;

    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];

    public IReadOnlyList<FaultStatus> All
    {
        get
        {
            lock (_lock) return [.. _entries.Select(e => e.Status)];
        }
    }

    /// <summary>False if there is one of this id; <paramref name="isFull"/> if there are too many.</summary>
    public bool TryAdd(FaultRule rule, out bool isFull)
    {
        lock (_lock)
        {
            isFull = _entries.Count >= MaximumRules;
            if (isFull || _entries.Exists(e => e.Rule.Id == rule.Id)) return false;
            _entries.Add(new Entry(rule));
            return true;
        }
    }

    public FaultStatus? Remove(string id)
    {
        lock (_lock)
        {
            if (_entries.Find(e => e.Rule.Id == id) is not { } entry) return null;
            _entries.Remove(entry);
            return entry.Status;
        }
    }

    /// <summary>The rule that this request meets; null for none. The control of the development server itself meets
    /// none, or nobody could take a rule back; nor do the server's own jobs.</summary>
    public FaultRule? Find(Gate.Caller caller, in Demand demand, RecordDraft draft)
    {
        if (caller.Type == Gate.Caller.SystemType || demand.Permission == Permission.DevControl) return null;
        lock (_lock)
            foreach (var entry in _entries)
                if (Matches(entry.Rule, caller, demand, draft) && entry.Chooses()) return entry.Rule;
        return null;
    }

    private static bool Matches(FaultRule rule, Gate.Caller caller, in Demand demand, RecordDraft draft)
    {
        if (rule.Kind == FaultKind.KeyDisabled && demand.Key is null) return false;
        if (rule.Door is { } door && door != Gate.DoorLabels.Label(draft.Arrival.Door)) return false;
        if (rule.Operation is { } operation
            && !Wildcard.Matches(operation.ToUpperInvariant(), draft.Arrival.Method.ToUpperInvariant())) return false;
        if (rule.Key is { } key && !Wildcard.Matches(key, demand.Key?.ToString())) return false;
        return rule.Principal is not { } principal || Wildcard.Matches(principal, caller.Member)
            || Wildcard.Matches(principal, caller.Email);
    }

    private sealed class Entry(FaultRule rule)
    {
        private long _matched;
        private long _met;

        public FaultRule Rule { get; } = rule;

        public FaultStatus Status => new(Rule, _matched, _met);

        public bool Chooses()
        {
            var number = _matched++;
            if (number < Rule.After || _met >= Rule.Times || Draw(Rule.Seed, number) >= Rule.Share) return false;
            _met++;
            return true;
        }

        /// <summary>A number from 0 to below 1 that follows from both: 53 bits of SHA-256, as many as a double
        /// holds.</summary>
        private static double Draw(long seed, long number)
        {
            Span<byte> bytes = stackalloc byte[16];
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            BinaryPrimitives.WriteInt64BigEndian(bytes, seed);
            BinaryPrimitives.WriteInt64BigEndian(bytes[8..], number);
            SHA256.HashData(bytes, hash);
            return (BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) / (double)(1UL << 53);
        }
    }
}
