using System.Collections.Concurrent;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>When each credential was last used: at this node to the second, of other nodes and from before the start as
/// it was written down, <see cref="WriteInterval"/> behind at most. Also where credentials end that are too old or that
/// nobody uses. Safe for concurrent use; a use allocates nothing but the first one of a credential.</summary>
internal sealed class CredentialUses
{
    /// <summary>Idle times are days: an hour's error, after a crash, does no harm, and it bounds what is
    /// written.</summary>
    public static readonly TimeSpan WriteInterval = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    /// <summary>Whether a caller still counts, and takes note of its credential's use. Of a caller that took on an
    /// account the taker's credential counts.</summary>
    public bool Admit(Snapshot snapshot, Caller caller, DateTimeOffset now, GateSettings settings)
    {
        if (!Identities.IsGood(snapshot, caller, now)) return false;
        if ((caller.Via ?? caller).CredentialId is not { } id
            || !snapshot.Credentials.TryGetValue(id, out var credential)) return true;
        if (settings.CredentialMaximumAge is { } age && now - credential.CreateTime >= age) return false;
        if (settings.CredentialMaximumIdle is { } idle && now - LastOrMade(snapshot, credential) >= idle) return false;
        _slots.GetOrAdd(id, static _ => new Slot()).Set(now);
        return true;
    }

    public DateTimeOffset? LastOf(Snapshot snapshot, string id)
    {
        var written = snapshot.CredentialUses.GetValueOrDefault(id)?.LastUseTime;
        var seen = _slots.TryGetValue(id, out var slot) ? slot.Time : (DateTimeOffset?)null;
        return written is null || seen > written ? seen : written;
    }

    /// <summary>One that was never used has been idle since it was made.</summary>
    public DateTimeOffset LastOrMade(Snapshot snapshot, Credential credential) =>
        LastOf(snapshot, credential.Id) ?? credential.CreateTime;

    /// <summary>Uses that are to be written down.</summary>
    public IReadOnlyList<(string Id, DateTimeOffset Time)> Due(Snapshot snapshot) =>
    [
        .. _slots.Select(s => (s.Key, s.Value.Time)).Where(s => snapshot.CredentialUses.GetValueOrDefault(s.Key)
            is not { } written || s.Time - written.LastUseTime >= WriteInterval),
    ];

    private sealed class Slot
    {
        private long _ticks;

        public DateTimeOffset Time => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

        public void Set(DateTimeOffset time) => Interlocked.Exchange(ref _ticks, time.UtcTicks);
    }
}
