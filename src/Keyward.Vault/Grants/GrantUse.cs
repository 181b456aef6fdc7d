using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Grants;

/// <summary>Counts the uses of grants that have a number of them. A use and its record are one change of the store,
/// judged under its lock before the answer leaves: however many nodes serve, and whatever stops in between, as many
/// uses were counted as were recorded, and never more than allowed. A use whose answer was lost in a crash counts; a
/// refused operation does not.</summary>
internal static class GrantUse
{
    /// <summary>Lets an operation end, and counts the grants that let it if it succeeded.</summary>
    public static async ValueTask<Outcome<T>> CountAsync<T>(
        ValueTask<Outcome<T>> running, Snapshot snapshot, ChangeLane lane, RecordDraft record)
    {
        var outcome = await running.ConfigureAwait(false);
        if (!outcome.TryGet(out var value, out _) || record.IsCommitted || record.Grants is not { } used
            || record.Verb.Class is not (OperationClass.DataRead or OperationClass.DataWrite)) return outcome;
        var counted = used.Where(g => IsCounted(snapshot, g)).ToList();
        if (counted.Count == 0) return outcome;
        var done = await lane.ChangeAsync(record, draft => Count(draft, counted)).ConfigureAwait(false);
        if (done.Refusal is not { } refusal) return outcome;
        (value as IDisposable)?.Dispose();
        return refusal;
    }

    private static bool IsCounted(Snapshot snapshot, Grant grant) => snapshot.Find(grant.Key) is { } entry
        && entry.Grants.ChainOf(grant).Any(g => g.MaximumUses is not null);

    private static Outcome<Done> Count(ChangeDraft draft, List<Grant> counted)
    {
        foreach (var used in counted)
        {
            if (draft.Snapshot.Find(used.Key) is not { } entry || entry.Grants.Find(used.Id) is not { } grant
                || !entry.Grants.IsGoodAt(grant, draft.Now)) return GrantRefusals.UsedUp;
            foreach (var link in entry.Grants.ChainOf(grant).Where(g => g.MaximumUses is not null).ToList())
            {
                draft.Put(link with { Uses = link.Uses + 1 });
                draft.Record.Changed("grant_uses", $"{link.Uses}", $"{link.Uses + 1}");
            }
        }

        return default(Done);
    }
}
