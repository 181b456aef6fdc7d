using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Questions;

/// <summary>The caller that a member would be, for questions about somebody who is not here.</summary>
internal static class AskedPrincipal
{
    /// <summary>The member that an ARN means; any other name is as it was given.</summary>
    public static string NameOf(Snapshot snapshot, string name) => name.StartsWith("arn:", StringComparison.Ordinal)
        ? Identities.PrincipalName.Find(snapshot, name) ?? name
        : name;

    private const string AccountPrefix = "serviceAccount:";

    public static Caller Of(Snapshot snapshot, string member)
    {
        if (member.StartsWith(AccountPrefix, StringComparison.Ordinal))
        {
            var email = member[AccountPrefix.Length..];
            return snapshot.Accounts.TryGetValue(email, out var account)
                ? Identities.Identities.CallerOf(account, "")
                : new Caller(Caller.ServiceAccountType, email, "", Identities.AccountDemand.ProjectOf(email), null);
        }

        var at = member.IndexOf(':', StringComparison.Ordinal);
        var type = at > 0 ? member[..at] : member;
        var name = at > 0 ? member[(at + 1)..] : member;
        // A set of principals stands for anybody in it, who has the set's name beside his own.
        return type is "group" or "domain" or "principalSet"
            ? new Caller(type, name, "", null, null) { Member = "", MoreMembers = [member] }
            : new Caller(type, name, "", null, null) { Member = member };
    }
}
