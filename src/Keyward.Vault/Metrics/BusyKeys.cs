using Keyward.Vault.Names;

namespace Keyward.Vault.Metrics;

/// <summary>Which keys are shown by themselves in metrics: the busiest, at most <see cref="MaximumShown"/>. All others
/// count together, so that the sum is always the total. A key enters once it was among the busiest for a minute and
/// leaves only beyond twice that rank, so that the set does not flap; what it did before it entered stays with the
/// others, and no counter ever falls. For one caller at a time.</summary>
internal sealed class BusyKeys(TimeProvider time)
{
    public const int MaximumShown = 50;

    /// <summary>How long a key must have been among the busiest.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    /// <summary>Figures of a shorter time say little about who is busy.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Dictionary<KeyName, Followed> _keys = [];
    private DateTimeOffset? _looked;

    /// <summary>Uses of all keys that are not shown by themselves.</summary>
    public long Others { get; private set; }

    public IEnumerable<(KeyName Key, long Uses)> Shown =>
        _keys.Where(k => k.Value.IsShown).Select(k => (k.Key, k.Value.Credited));

    /// <summary>Takes over how often each key was used since the start.</summary>
    public void Look(IEnumerable<(KeyName Key, long Uses)> uses)
    {
        var now = time.GetUtcNow();
        var mayMove = _looked is null || now - _looked >= Pause;
        if (mayMove) _looked = now;
        foreach (var (name, total) in uses)
        {
            if (!_keys.TryGetValue(name, out var key)) _keys[name] = key = new Followed();
            key.More = total - key.Seen;
            key.Seen = total;
            key.Recent += key.More;
        }

        if (mayMove) Rank(now);
        // Credited after the ranking: what is not shown any more would be lost otherwise.
        foreach (var key in _keys.Values)
        {
            if (key.IsShown) key.Credited += key.More;
            else Others += key.More;
            key.More = 0;
        }
    }

    private void Rank(DateTimeOffset now)
    {
        var rank = 0;
        var shown = _keys.Values.Count(k => k.IsShown);
        foreach (var key in _keys.Values.OrderByDescending(k => k.Recent))
        {
            var isBusy = rank < MaximumShown && key.Recent > 0;
            key.BusySince = isBusy ? key.BusySince ?? now : null;
            if (key.IsShown && (rank >= 2 * MaximumShown || key.Recent == 0))
            {
                key.IsShown = false;
                shown--;
            }
            else if (!key.IsShown && shown < MaximumShown && key.BusySince is { } since && now - since >= Settling)
            {
                key.IsShown = true;
                shown++;
            }

            rank++;
        }

        // Half of the weight goes with each look: who was busy long ago makes room.
        foreach (var key in _keys.Values) key.Recent /= 2;
    }

    private sealed class Followed
    {
        public long Seen { get; set; }

        /// <summary>Uses since the last look.</summary>
        public long More { get; set; }

        public double Recent { get; set; }

        public long Credited { get; set; }

        public bool IsShown { get; set; }

        public DateTimeOffset? BusySince { get; set; }
    }
}
