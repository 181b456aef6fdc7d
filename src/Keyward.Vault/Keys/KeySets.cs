using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>The keys of a multi-region set: one in each of several locations, with one name, id and material. One is
/// the primary.</summary>
internal static class KeySets
{
    /// <summary>The set's keys in the locations that this deployment serves, in their order; the key itself among
    /// them.</summary>
    public static IEnumerable<Key> Of(Snapshot snapshot, Key key, GateSettings settings)
    {
        if (!key.IsMultiRegion) yield break;
        foreach (var location in settings.Locations)
            if (snapshot.Find(In(key.Name, location)) is { } entry && entry.Key.Id == key.Id) yield return entry.Key;
    }

    public static Refusal? JudgePrimary(Key key) => key is { IsMultiRegion: true, IsReplica: false }
        ? null
        : new Refusal(RefusalReason.NotPrimary, $"{key.Name} is not a multi-region primary key.", key.Name.ToString());

    public static bool HasReplicas(Snapshot snapshot, Key key, GateSettings settings) => key.IsMultiRegion
        && !key.IsReplica && Of(snapshot, key, settings).Any(k => k.Name != key.Name);

    /// <summary>A replica goes: a primary that waits for the last of them begins its own time.</summary>
    public static void ReplicaGone(ChangeDraft draft, Key gone, GateSettings settings)
    {
        if (!gone.IsReplica) return;
        var rest = Of(draft.Snapshot, gone, settings).Where(k => k.Name != gone.Name).ToList();
        if (rest is not [{ IsReplica: false, State: KeyState.PendingReplicaDeletion } primary]) return;
        draft.Put(primary with
        {
            State = KeyState.PendingDeletion,
            DeletionTime = draft.Now + (primary.DeletionWindow ?? ChangeKeyState.DefaultWindow),
        });
    }

    /// <summary>The replicas take over a version that their primary has got, and what it says of rotation.</summary>
    /// <param name="primary">The primary as it is now, with its new version put.</param>
    public static void Follow(ChangeDraft draft, Key primary, IFreshMaterial material, GateSettings settings)
    {
        foreach (var replica in Of(draft.Snapshot, primary, settings).Where(k => k.Name != primary.Name).ToList())
        {
            var made = replica with { NextVersion = primary.NextVersion - 1 };
            draft.Put(made with
            {
                PrimaryVersion = primary.PrimaryVersion, NextVersion = primary.NextVersion,
                RotationPeriod = primary.RotationPeriod, NextRotationTime = primary.NextRotationTime,
            });
            NewVersions.Put(draft, made, material);
        }
    }

    /// <summary>The name of the same key in another location.</summary>
    public static KeyName In(KeyName name, string location)
    {
        _ = LocationId.TryParse(location, out var id);
        return new KeyName(new KeyRingName(new LocationName(name.Project, id), name.Parent.Ring), name.Key);
    }
}
