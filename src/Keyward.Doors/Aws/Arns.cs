using Keyward.Vault.Gate;
using Keyward.Vault.Names;

namespace Keyward.Doors.Aws;

/// <summary>Amazon resource names, as this deployment makes them.</summary>
internal static class Arns
{
    public const string Partition = "arn:aws:";

    public static string OfKey(string region, string account, string id) =>
        $"arn:aws:kms:{region}:{account}:key/{id}";

    public static string Of(FoundKey key) => OfKey(key.Name.Parent.Parent.Location.Value, key.Account, key.Id);

    public static string OfAlias(string region, string account, string alias) =>
        $"arn:aws:kms:{region}:{account}:alias/{alias}";

    /// <summary>A service account is a user where it signs with a key of its own,
    /// and a role where somebody takes it on.</summary>
    public static string OfCaller(Caller caller, string account) => caller.SessionName is { } session
        ? OfSession(account, NameOf(caller.Email), session)
        : $"arn:aws:iam::{account}:user/{NameOf(caller.Email)}";

    public static string OfSession(string account, string role, string session) =>
        $"arn:aws:sts::{account}:assumed-role/{role}/{session}";

    /// <summary>NAME of NAME@PROJECT….</summary>
    public static string NameOf(string email) => email.IndexOf('@', StringComparison.Ordinal) is > 0 and var at
        ? email[..at]
        : email;
}
