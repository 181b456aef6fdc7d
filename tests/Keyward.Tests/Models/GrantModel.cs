namespace Keyward.Tests.Models;

/// <summary>A grant as the model has it.</summary>
internal sealed class ModelGrant
{
    public string Id { get; set; } = "";

    public required int Grantee { get; init; }

    public required IReadOnlySet<string> Operations { get; init; }

    /// <summary>Null for none; else the pairs, and whether a context must be exactly these.</summary>
    public (bool IsExact, IReadOnlyDictionary<string, string> Pairs)? Constraint { get; init; }

    public DateTimeOffset? Expires { get; set; }

    public long? MaximumUses { get; init; }

    public long Uses { get; set; }

    public int? Retiring { get; init; }

    public ModelGrant? Parent { get; set; }

    public bool IsEnded { get; set; }

    /// <summary>What was made under a grant that was taken away is gone with it.</summary>
    public bool Exists => !IsEnded && Parent?.Exists != false;

    public bool IsGoodAt(DateTimeOffset now) => !IsEnded && (Expires is null || now < Expires)
        && (MaximumUses is null || Uses < MaximumUses) && Parent?.IsGoodAt(now) != false;

    public bool Admits(IReadOnlyDictionary<string, string> context) => Constraint is not { } constraint
        || (constraint.Pairs.All(p => context.GetValueOrDefault(p.Key) == p.Value)
            && (!constraint.IsExact || context.Count == constraint.Pairs.Count));
}

/// <summary>All grants on one key, as a plain list in the order in which they were made.</summary>
internal sealed class GrantModel
{
    private static readonly Dictionary<string, string> NoPairs = [];

    public List<ModelGrant> Grants { get; } = [];

    public DateTimeOffset Now { get; set; }

    /// <summary>Uses the key by the first grant that lets it, and counts that use all the way up; false where none
    /// does.</summary>
    public bool Use(int person, string operation, IReadOnlyDictionary<string, string> context)
    {
        var grant = Grants.FirstOrDefault(g => g.Grantee == person && g.Exists && g.IsGoodAt(Now)
            && g.Operations.Contains(operation) && g.Admits(context));
        for (var link = grant; link is not null; link = link.Parent)
            if (link.MaximumUses is not null) link.Uses++;
        return grant is not null;
    }

    /// <summary>Whether a person who has nothing but grants may hand on this one; then it stands below the first that
    /// lets him.</summary>
    public bool TryPlace(int person, ModelGrant wanted)
    {
        var own = Grants.Where(g => g.Grantee == person && g.Exists && g.IsGoodAt(Now)).ToList();
        var pairs = wanted.Constraint?.Pairs ?? NoPairs;
        var holdsAll = wanted.Operations.Append("CreateGrant").Where(o => o != "RetireGrant").All(operation =>
            own.Any(g => g.Operations.Contains(operation) && (!TakesContext(operation) || g.Admits(pairs))));
        if (!holdsAll) return false;
        wanted.Parent = own.FirstOrDefault(g => g.Operations.Contains("CreateGrant")
            && wanted.Operations.IsSubsetOf(g.Operations) && IsAsStrict(wanted, g));
        wanted.Expires = wanted.Parent?.Expires;
        return wanted.Parent is not null;
    }

    public static bool MayRetire(int person, ModelGrant grant) => grant.Retiring == person
        || (grant.Grantee == person && grant.Operations.Contains("RetireGrant"));

    private static bool TakesContext(string operation) => operation is "Encrypt" or "Decrypt";

    private static bool IsAsStrict(ModelGrant wanted, ModelGrant parent)
    {
        if (parent.Constraint is not { } limit) return true;
        if (wanted.Constraint is not { } own) return false;
        var contains = limit.Pairs.All(p => own.Pairs.GetValueOrDefault(p.Key) == p.Value);
        return contains && (!limit.IsExact || (own.IsExact && own.Pairs.Count == limit.Pairs.Count));
    }
}
