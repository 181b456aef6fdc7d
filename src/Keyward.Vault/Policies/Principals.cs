using System.Collections.Frozen;
using System.Collections.Immutable;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Policies;

/// <summary>Whom a statement speaks of. Naming a caller and naming an account are two things: an account's name only
/// hands the decision on to that account's own policies.</summary>
internal sealed class Principals
{
    public const string AllUsers = "allUsers";
    public const string AllAuthenticatedUsers = "allAuthenticatedUsers";

    /// <summary>How Google's deny policies say everybody.</summary>
    private const string AllInDenies = "principalSet://goog/public:all";

    private readonly FrozenSet<string> _members;
    private readonly bool _everybody;

    public Principals(IEnumerable<string> members)
    {
        _members = members.ToFrozenSet(StringComparer.Ordinal);
        // Nobody comes here unidentified, so the two are one.
        _everybody = _members.Contains(AllUsers) || _members.Contains(AllAuthenticatedUsers)
            || _members.Contains(AllInDenies);
    }

    /// <summary>Account numbers that the statement delegates to.</summary>
    public FrozenSet<string> Accounts { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Who is left out, whatever else is said.</summary>
    public Principals? Except { get; init; }

    public IEnumerable<string> Members => _members;

    public Principals WithoutAccounts() => new(_members) { Except = Except };

    public Principals AccountsAlone() => new([]) { Accounts = Accounts };

    public bool Names(Caller caller, ImmutableArray<string> groups) =>
        Matches(caller, groups) && Except?.Matches(caller, groups) != true;

    /// <summary>Whether it can name a caller at all.</summary>
    public bool IsSomebody => _members.Count > 0;

    public bool NamesAccount(string account) => Accounts.Contains(account);

    private bool Matches(Caller caller, ImmutableArray<string> groups)
    {
        if (_everybody || _members.Contains(caller.Member)) return true;
        foreach (var member in caller.MoreMembers)
            if (_members.Contains(member)) return true;
        foreach (var group in groups)
            if (_members.Contains(group)) return true;
        // A question has made sure that they are there.
        foreach (var arn in caller.Arns ?? [])
            if (_members.Contains(arn)) return true;
        return false;
    }
}
