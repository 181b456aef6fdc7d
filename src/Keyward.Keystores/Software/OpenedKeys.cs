using System.Collections.Concurrent;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Software;

/// <summary>The opened keys that are kept ready, at most so many. A hit takes no lock; a miss, an eviction and a
/// Forget do. Who is evicted is decided by second chance: keys used since the hand last passed stay.</summary>
internal sealed class OpenedKeys(int limit, Func<KeyMaterial, IDisposable> open) : IDisposable
{
    private readonly ConcurrentDictionary<(Guid KeyId, int Version), Entry> _entries = new();
    private readonly LinkedList<Entry> _order = new();
    private readonly Lock _lock = new();
    private long _forgotten;

    public int Count => _entries.Count;

    /// <summary>The opened key with the caller entered as a user; he disposes it when done.</summary>
    public OpenedKey Enter(KeyMaterial material)
    {
        var id = (material.KeyId, material.Version);
        if (_entries.TryGetValue(id, out var entry) && entry.Key.IsFrom(material.Sealed) && entry.Key.TryEnter())
        {
            // Written only when it changes: a hot key's line stays shared between cores.
            if (!entry.IsRecent) entry.IsRecent = true;
            return entry.Key;
        }

        var forgotten = Volatile.Read(ref _forgotten);
        var key = new OpenedKey(open(material), material.Sealed);
        lock (_lock)
        {
            // A version that was forgotten while this one was opened may be the same: then it is used once, not kept.
            if (_forgotten == forgotten && key.TryEnter()) Keep(id, key);
        }

        return key;
    }

    /// <summary>Drops a key; it is zeroed at once, or when the operations that use it have ended.</summary>
    public void Forget(Guid keyId, int version)
    {
        lock (_lock)
        {
            _forgotten++;
            if (_entries.TryGetValue((keyId, version), out var entry)) Drop(entry);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _forgotten++;
            while (_order.First is { } first) Drop(first.Value);
        }
    }

    private void Keep((Guid KeyId, int Version) id, OpenedKey key)
    {
        if (_entries.TryGetValue(id, out var old)) Drop(old);
        while (_entries.Count >= limit) Evict();
        var entry = new Entry(id, key);
        _order.AddLast(entry.Node);
        _entries[id] = entry;
    }

    private void Evict()
    {
        // Ends: each key that is spared loses its mark, so the second round finds one.
        while (_order.First is { } first)
        {
            if (!first.Value.IsRecent)
            {
                Drop(first.Value);
                return;
            }

            first.Value.IsRecent = false;
            _order.RemoveFirst();
            _order.AddLast(first);
        }
    }

    private void Drop(Entry entry)
    {
        _entries.TryRemove(entry.Id, out _);
        _order.Remove(entry.Node);
        entry.Key.Dispose();
    }

    private sealed class Entry
    {
        private bool _isRecent;

        public Entry((Guid KeyId, int Version) id, OpenedKey key)
        {
            (Id, Key) = (id, key);
            Node = new LinkedListNode<Entry>(this);
        }

        public (Guid KeyId, int Version) Id { get; }

        public OpenedKey Key { get; }

        public LinkedListNode<Entry> Node { get; }

        public bool IsRecent
        {
            get => Volatile.Read(ref _isRecent);
            set => Volatile.Write(ref _isRecent, value);
        }
    }
}
