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
        foreach (var version in entry.Versions) draft.Put(version.Erased(draft.Now) with { DeleteTime = draft.Now });
        foreach (var alias in KeyAliases.Of(draft.Snapshot, key.Name))
            draft.Put(alias with { IsDeleted = true, UpdateTime = draft.Now });
        KeySets.ReplicaGone(draft, key, settings);
        return key with
        {
            DeleteTime = draft.Now, Description = "", Tags = Key.NoLabels, Labels = Key.NoLabels,
            PrimaryVersion = null, RotationPeriod = null, NextRotationTime = null,
        };
    }
}
