using System.Collections.Immutable;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Grants;

/// <summary>The grants on one key that have not ended, by id and by grantee. Immutable. A grant that was revoked or
/// retired, or whose parent was, is not in it: what ended stays so, and its row is kept by the store alone.</summary>
internal sealed class KeyGrants
{
    public static readonly KeyGrants None = new(SortedTable<Grant>.Empty,
        ImmutableDictionary.Create<string, ImmutableArray<Grant>>(StringComparer.Ordinal));

    private readonly SortedTable<Grant> _byId;
    private readonly ImmutableDictionary<string, ImmutableArray<Grant>> _byGrantee;

    private KeyGrants(SortedTable<Grant> byId, ImmutableDictionary<string, ImmutableArray<Grant>> byGrantee) =>
        (_byId, _byGrantee) = (byId, byGrantee);

    public int Count => _byId.Count;

    /// <summary>All grants of a key at once, as a store gives them: in any order, ended ones among them.</summary>
    public static KeyGrants Of(IEnumerable<Grant> rows)
    {
        var active = rows.Where(g => g.State == GrantState.Active).ToDictionary(g => g.Id);
        // A child names its parent: what hangs on nothing goes, and then what hung on that.
        for (var orphans = Orphans(active); orphans.Count > 0; orphans = Orphans(active))
            foreach (var id in orphans) active.Remove(id);
        if (active.Count == 0) return None;
        var sorted = active.Values.OrderBy(g => g.Id, StringComparer.Ordinal).ToList();
        return new KeyGrants(SortedTable<Grant>.FromSorted(sorted), sorted.GroupBy(g => g.Grantee)
            .ToImmutableDictionary(g => g.Key, g => g.ToImmutableArray(), StringComparer.Ordinal));
    }

    public Grant? Find(string id) => _byId.Find(id);

    /// <summary>In order of their ids, beginning behind one.</summary>
    public IEnumerable<Grant> After(string? id) => _byId.After(id);

    public ImmutableArray<Grant> Of(string grantee) => _byGrantee.GetValueOrDefault(grantee, []);

    public KeyGrants With(Grant grant)
    {
        if (grant.State != GrantState.Active) return Without(grant.Id);
        var same = Of(grant.Grantee);
        var at = -1;
        for (var i = 0; i < same.Length && at < 0; i++)
            if (same[i].Id == grant.Id) at = i;
        return new KeyGrants(_byId.With(grant),
            _byGrantee.SetItem(grant.Grantee, at < 0 ? same.Add(grant) : same.SetItem(at, grant)));
    }

    /// <summary>The first grant to a member that lets it do what is asked, as it is asked, now.</summary>
    public Grant? Find(string member, ref Question question)
    {
        if (!_byGrantee.TryGetValue(member, out var grants)) return null;
        foreach (var grant in grants)
            if (grant.Operations.Contains(question.Permission) && Holds(grant, ref question)
                && IsGoodAt(grant, question.Now)) return grant;
        return null;
    }

    /// <summary>Whether a grant and all above it count at a time.</summary>
    public bool IsGoodAt(Grant grant, DateTimeOffset now)
    {
        for (var link = grant; ; link = Find(link.Parent)!)
        {
            if (!link.IsGoodAt(now)) return false;
            if (link.Parent is null) return true;
            if (Find(link.Parent) is null) return false;
        }
    }

    /// <summary>A grant and those above it, from below.</summary>
    public IEnumerable<Grant> ChainOf(Grant grant)
    {
        for (Grant? link = grant; link is not null; link = link.Parent is { } parent ? Find(parent) : null)
            yield return link;
    }

    private static bool Holds(Grant grant, ref Question question)
    {
        if (grant.Constraint is not { } constraint || !GrantConstraint.AppliesTo(question.Permission)) return true;
        return question.Assumption switch
        {
            Assumption.None => constraint.Holds(question.Facts.Context),
            Assumption.Most => true,
            Assumption.Least => false,
        };
    }

    private KeyGrants Without(string id)
    {
        if (Find(id) is not { } grant) return this;
        var left = Of(grant.Grantee).RemoveAll(g => g.Id == id);
        var without = new KeyGrants(_byId.Without(id),
            left.IsEmpty ? _byGrantee.Remove(grant.Grantee) : _byGrantee.SetItem(grant.Grantee, left));
        if (!grant.Operations.Contains(Permission.GrantsCreate)) return without;
        foreach (var child in After(null).Where(g => g.Parent == id)) without = without.Without(child.Id);
        return without;
    }

    private static List<string> Orphans(Dictionary<string, Grant> active) =>
        [.. active.Values.Where(g => g.Parent is { } parent && !active.ContainsKey(parent)).Select(g => g.Id)];
}
