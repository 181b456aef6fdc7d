using System.Collections.Concurrent;
using System.Collections.Frozen;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;

namespace Keyward.Vault.KeyUse;

/// <summary>The latest use of a key: by which operation, when, and in which request.</summary>
public sealed record LastUse(string Operation, DateTimeOffset Time, string RequestId);

/// <summary>When each key was last used at this node since it started: what is not here was not used since then. The
/// audit log holds the rest. Safe for concurrent use.</summary>
internal sealed class LastUses(DateTimeOffset since)
{
    /// <summary>Uses of material that only it can do; reading a public key is none (AWS KMS,
    /// "GetKeyLastUsage").</summary>
    public static readonly string[] Operations =
    [
        // Numbered by their place, in files too: others come at the end.
        "encrypt", "decrypt", "re_encrypt", "asymmetric_encrypt", "asymmetric_decrypt", "raw_encrypt", "raw_decrypt",
        "generate_data_key", "generate_data_key_without_plaintext", "generate_data_key_pair",
        "generate_data_key_pair_without_plaintext", "sign", "verify", "mac_sign", "mac_verify", "agree", "decapsulate",
    ];

    private static readonly FrozenDictionary<string, int> Numbers = Operations.Select((o, i) => (o, i))
        .ToFrozenDictionary(o => o.o, o => o.i, StringComparer.Ordinal);

    private readonly ConcurrentDictionary<KeyName, Slot> _slots = new();

    public DateTimeOffset Since { get; } = since;

    /// <summary>The place of a use among <see cref="Operations"/>; -1 for what is none.</summary>
    public static int NumberOf(string operation) => Numbers.GetValueOrDefault(operation, -1);

    /// <summary>Takes note of an operation that succeeded and was recorded.</summary>
    public void Note<T>(RecordDraft draft, T value)
    {
        if (draft.Version is not { } version || !Numbers.ContainsKey(draft.Verb.Name)
            || value is Verified { Holds: false }) return;
        Note(version.Name.Parent, draft);
        if (draft.TargetVersion is { } target && target.Name.Parent != version.Name.Parent)
            Note(target.Name.Parent, draft);
    }

    public LastUse? Find(KeyName key) => _slots.TryGetValue(key, out var slot) ? slot.Read() : null;

    /// <summary>How often each key was used at this node since the start.</summary>
    public IEnumerable<(KeyName Key, long Uses)> Counts => _slots.Select(s => (s.Key, s.Value.Uses));

    private void Note(KeyName key, RecordDraft draft) =>
        _slots.GetOrAdd(key, static _ => new Slot()).Write(draft.Verb.Name, draft.Arrival.Received, draft.Arrival.Id);

    /// <summary>One key's latest use; written in place, so that uses allocate nothing.</summary>
    private sealed class Slot
    {
        private readonly Lock _lock = new();
        private string _operation = "";
        private DateTimeOffset _time;
        private UInt128 _request;
        private long _uses;

        public long Uses => Volatile.Read(ref _uses);

        public void Write(string operation, DateTimeOffset time, UInt128 request)
        {
            lock (_lock)
            {
                _uses++;
                if (time < _time) return;
                (_operation, _time, _request) = (operation, time, request);
            }
        }

        public LastUse Read()
        {
            lock (_lock) return new LastUse(_operation, _time, _request.ToString("x32"));
        }
    }
}
