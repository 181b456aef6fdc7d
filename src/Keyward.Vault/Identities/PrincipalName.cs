using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>One principal, both vendors' names: a service account is a member (<c>serviceAccount:EMAIL</c>) and an IAM
/// user or role of its project's account; a project is <c>project:ID</c> and its account's root. A name that another
/// deployment's principal would have is none here.</summary>
internal static class PrincipalName
{
    public const string ProjectPrefix = "project:";
    public const string AccountPrefix = "serviceAccount:";

    private const string IamPrefix = "arn:aws:iam::";
    private const string StsPrefix = "arn:aws:sts::";
    private const int AccountLength = 12;

    /// <summary>The member that a name means; null where there is no such principal. Takes members, e-mails, ARNs and
    /// account numbers.</summary>
    public static string? Find(Snapshot snapshot, string name)
    {
        if (name.StartsWith("arn:", StringComparison.Ordinal)) return OfArn(snapshot, name);
        if (IsAccount(name)) return OfAccount(snapshot, name);
        if (name.StartsWith(ProjectPrefix, StringComparison.Ordinal))
            return ProjectId.TryParse(name[ProjectPrefix.Length..], out var project)
                && snapshot.Find(project) is not null ? name : null;
        if (name.StartsWith("principal://", StringComparison.Ordinal)
            || name.StartsWith("principalSet://", StringComparison.Ordinal)
            || name.StartsWith("group:", StringComparison.Ordinal))
            return Policies.Members.IsValid(name) ? name : null;
        return OfEmail(snapshot, name.StartsWith(AccountPrefix, StringComparison.Ordinal)
            ? name[AccountPrefix.Length..] : name);
    }

    /// <summary>The ARN of a member; the member itself where AWS has no word for it.</summary>
    public static string ArnOf(Snapshot snapshot, string member)
    {
        if (member.StartsWith(ProjectPrefix, StringComparison.Ordinal)
            && ProjectId.TryParse(member[ProjectPrefix.Length..], out var project)
            && snapshot.Find(project) is { } entry) return $"{IamPrefix}{entry.Project.Account}:root";
        return member.StartsWith(AccountPrefix, StringComparison.Ordinal)
            && snapshot.Accounts.TryGetValue(member[AccountPrefix.Length..], out var account)
            && snapshot.Find(account.Project) is { } home
                ? $"{IamPrefix}{home.Project.Account}:user/{account.Name}"
                : member;
    }

    /// <summary>All ARNs by which a policy may mean a caller, the caller's own first, its account's root last. Kept
    /// with the caller: an account's number never changes.</summary>
    public static string[] ArnsOf(Snapshot snapshot, Caller caller) => caller.Arns ??= MakeArns(snapshot, caller);

    public static string ArnOf(Snapshot snapshot, Caller caller) =>
        ArnsOf(snapshot, caller) is [var own, ..] ? own : caller.Member;

    private static string[] MakeArns(Snapshot snapshot, Caller caller)
    {
        if (AccountOf(snapshot, caller) is not { Length: > 0 } account) return [];
        if (caller.Type != Caller.ServiceAccountType) return [RootOf(account)];
        var name = ShortNameOf(caller);
        if (caller.SessionName is { } session)
            return
            [
                $"{StsPrefix}{account}:assumed-role/{name}/{session}", $"{IamPrefix}{account}:role/{name}",
                $"{IamPrefix}{account}:user/{name}", RootOf(account),
            ];
        return [$"{IamPrefix}{account}:user/{name}", $"{IamPrefix}{account}:role/{name}", RootOf(account)];
    }

    /// <summary>The account number of a caller's project; empty for who has none.</summary>
    public static string AccountOf(Snapshot snapshot, Caller caller) =>
        caller.Project is { } project && snapshot.Find(project) is { } entry ? entry.Project.Account : "";

    /// <summary>An account's root, which stands for everybody in it.</summary>
    public static string RootOf(string account) => $"{IamPrefix}{account}:root";

    /// <summary>The account that a number or a root's ARN means; null for anything else.</summary>
    public static string? AccountIn(string name)
    {
        if (IsAccount(name)) return name;
        return name.Length == IamPrefix.Length + AccountLength + ":root".Length
            && name.StartsWith(IamPrefix, StringComparison.Ordinal) && name.EndsWith(":root", StringComparison.Ordinal)
            && IsAccount(name.Substring(IamPrefix.Length, AccountLength))
                ? name.Substring(IamPrefix.Length, AccountLength) : null;
    }

    /// <summary>Whether a text has the form of a user's, a role's or a session's ARN, without wildcards.</summary>
    public static bool IsArn(string name) =>
        (name.StartsWith(IamPrefix, StringComparison.Ordinal) || name.StartsWith(StsPrefix, StringComparison.Ordinal))
        && name.AsSpan().IndexOfAny('*', '?') < 0;

    /// <summary>An account's name in its project; the whole name of anybody else.</summary>
    public static string ShortNameOf(Caller caller)
    {
        var at = caller.Email.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && caller.Type == Caller.ServiceAccountType ? caller.Email[..at] : caller.Email;
    }

    public static bool IsAccount(string text) => text.Length == AccountLength && text.All(char.IsAsciiDigit);

    private static string? OfArn(Snapshot snapshot, string arn)
    {
        var isIam = arn.StartsWith(IamPrefix, StringComparison.Ordinal);
        if (!isIam && !arn.StartsWith(StsPrefix, StringComparison.Ordinal)) return null;
        var rest = arn[IamPrefix.Length..];
        if (rest.Length < AccountLength + 2 || rest[AccountLength] != ':' || !IsAccount(rest[..AccountLength])
            || ProjectOf(snapshot, rest[..AccountLength]) is not { } project) return null;
        var path = rest[(AccountLength + 1)..].Split('/');
        return (isIam, path) switch
        {
            (true, ["root"]) => ProjectPrefix + project.Value,
            // An account is user and role in one: who has its keys is the user, who takes it on the role.
            (true, ["user" or "role", .., var name]) => OfName(snapshot, project, name),
            (false, ["assumed-role", var name, _]) => OfName(snapshot, project, name),
            _ => null,
        };
    }

    private static string? OfAccount(Snapshot snapshot, string account) =>
        ProjectOf(snapshot, account) is { } project ? ProjectPrefix + project.Value : null;

    private static string? OfName(Snapshot snapshot, ProjectId project, string name) =>
        OfEmail(snapshot, ServiceAccounts.EmailOf(snapshot.Deployment!, project, name));

    private static string? OfEmail(Snapshot snapshot, string email) =>
        snapshot.Accounts.TryGetValue(email, out var account) && account.State != StandingState.Revoked
            ? AccountPrefix + email : null;

    private static ProjectId? ProjectOf(Snapshot snapshot, string account)
    {
        foreach (var entry in snapshot.Projects.After(null))
            if (entry.Project.Account == account) return entry.Project.Id;
        return null;
    }
}
