using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>What goes with a key whose time has come: the material of its versions, its aliases, its tags and its
/// description. The rows stay, emptied.</summary>
internal static class KeyDeletion
{
    /// <summary>Puts all that goes; gives the key's own row, emptied, which the caller puts.</summary>
    public static Key Put(ChangeDraft draft, KeyEntry entry, Key key, GateSettings settings)
    {
        foreach (var version in entry.Versions)
        {
            if (version.State == VersionState.Destroyed) continue;
            draft.Put(version with
            {
                State = VersionState.Destroyed,
                DestroyEventTime = draft.Now,
                Material = version.Material with { Sealed = version.Material.Sealed with { Sealed = [] } },
            });
        }

        foreach (var alias in KeyAliases.Of(draft.Snapshot, key.Name))
            draft.Put(alias with { IsDeleted = true, UpdateTime = draft.Now });
        KeySets.ReplicaGone(draft, key, settings);
        return key with { Description = "", Tags = Key.NoLabels, Labels = Key.NoLabels, PrimaryVersion = null };
    }
}
