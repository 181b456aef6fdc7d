using Keyward.Vault.Algorithms;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Quotas;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Metrics;

/// <summary>How the keys of one snapshot stand: one walk over all of them gives every figure.</summary>
internal sealed class KeyCensus
{
    /// <summary>Days; a rotation period is mostly one of these, so that an overdue key shows as one bucket.</summary>
    private static readonly int[] AgeBoundsDays = [1, 7, 30, 60, 90, 180, 365, 730];

    /// <summary>What the schedule gives the job that rotates before a key counts as overdue.</summary>
    private static readonly TimeSpan RotationGrace = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(string State, string Level), long> _keys = [];
    private readonly Dictionary<VersionState, long> _versions = [];
    private readonly Dictionary<ProjectId, int> _mostVersions = [];
    private readonly long[] _ages = new long[AgeBoundsDays.Length + 1];

    private KeyCensus(Snapshot snapshot, DateTimeOffset now)
    {
        var hasOwnLimits = Counts.KeysWithOwnLimit(snapshot).Any();
        foreach (var entry in snapshot.Keys)
        {
            var key = entry.Glance;
            var cell = (LabelOf(key.StateAt(now)), key.ProtectionLevel.Label());
            _keys[cell] = _keys.GetValueOrDefault(cell) + 1;
            foreach (var version in key.Versions)
            {
                if (version.Number == key.PrimaryVersion) Add(now - version.CreateTime);
                var state = version.StateAt(now);
                _versions[state] = _versions.GetValueOrDefault(state) + 1;
                if (state == VersionState.Enabled) MostMessages = Math.Max(MostMessages, version.Messages);
                if (version.MaterialExpireTime is { } expires && expires > now
                    && (NextMaterialExpiry is null || expires < NextMaterialExpiry)) NextMaterialExpiry = expires;
            }

            if (key.NextRotationTime < now - RotationGrace
                && entry.Peek().Key is { State: KeyState.Enabled, IsReplica: false }) Overdue++;
            if (key.NextVersion > _mostVersions.GetValueOrDefault(entry.Project)
                && !(hasOwnLimits && Counts.HasOwnLimit(snapshot, entry.Name)))
                _mostVersions[entry.Project] = key.NextVersion;
        }

        VersionShare = Counts.ShareOfVersions(snapshot, _mostVersions);
    }

    /// <summary>How near the nearest key is to its limit of versions; null where there is no key.</summary>
    public double? VersionShare { get; }

    /// <summary>Messages taken under the version that is nearest to its end; 0 where none is counted.</summary>
    public long MostMessages { get; }

    public IEnumerable<(string State, string Level, long Count)> Keys =>
        _keys.Select(k => (k.Key.State, k.Key.Level, k.Value));

    public IEnumerable<(string State, long Count)> Versions => _versions.Select(v => (LabelOf(v.Key), v.Value));

    /// <summary>Keys whose rotation was due and has not come.</summary>
    public long Overdue { get; private set; }

    /// <summary>When imported material goes next.</summary>
    public DateTimeOffset? NextMaterialExpiry { get; }

    /// <summary>Cumulative counts of primaries by age, under each bound in seconds, the last one infinite.</summary>
    public IEnumerable<(string Bound, long Count)> PrimaryAges
    {
        get
        {
            var sum = 0L;
            for (var i = 0; i < _ages.Length; i++)
            {
                sum += _ages[i];
                yield return (i < AgeBoundsDays.Length
                    ? FormattableString.Invariant($"{AgeBoundsDays[i] * 86_400L}") : "+Inf", sum);
            }
        }
    }

    public long Primaries => _ages.Sum();

    public double PrimaryAgeSumSeconds { get; private set; }

    public static KeyCensus Of(Snapshot snapshot, DateTimeOffset now) => new(snapshot, now);

    private void Add(TimeSpan age)
    {
        PrimaryAgeSumSeconds += Math.Max(age.TotalSeconds, 0);
        var at = Array.FindIndex(AgeBoundsDays, days => age <= TimeSpan.FromDays(days));
        _ages[at < 0 ? AgeBoundsDays.Length : at]++;
    }

    private static string LabelOf(KeyState state) => state switch
    {
        KeyState.Enabled => "enabled",
        KeyState.Disabled => "disabled",
        KeyState.PendingDeletion or KeyState.PendingReplicaDeletion => "pending_deletion",
        KeyState.Deleted => "deleted",
        KeyState.Unspecified => "other",
    };

    private static string LabelOf(VersionState state) => state switch
    {
        VersionState.Enabled => "enabled",
        VersionState.Disabled => "disabled",
        VersionState.Destroyed => "destroyed",
        VersionState.DestroyScheduled => "destroy_scheduled",
        VersionState.ImportFailed => "import_failed",
        VersionState.PendingGeneration => "pending_generation",
        VersionState.Unspecified => "other",
    };
}
