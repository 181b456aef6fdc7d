using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Grants;

/// <summary>Counts the uses of grants that have a number of them. A use and its record are one change of the store,
/// judged under its lock before the answer leaves: however many nodes serve, and whatever stops in between, as many
/// uses were counted as were recorded, and never more than allowed. A use whose answer was lost in a crash counts; a
/// refused operation does not.</summary>
internal static class GrantUse
{
    /// <summary>Whether a grant, or one above it, is counted.</summary>
    public static bool IsCounted(KeyGrants grants, Grant grant)
    {
        foreach (var link in grants.ChainOf(grant))
            if (link.MaximumUses is not null) return true;
        return false;
    }

    /// <summary>Counts one use of a grant and of those above it; refuses where one of them has ended meanwhile.</summary>
    public static Outcome<Done> Count(ChangeDraft draft, Grant used)
    {
        if (draft.Snapshot.Find(used.Key) is not { } entry || entry.Grants.Find(used.Id) is not { } grant
            || !entry.Grants.IsGoodAt(grant, draft.Now)) return GrantRefusals.UsedUp;
        foreach (var link in entry.Grants.ChainOf(grant).ToList())
            if (link.MaximumUses is not null) draft.Put(link with { Uses = link.Uses + 1 });
        return default(Done);
    }
}
