using System.Collections.Immutable;
using Keyward.Vault.Names;

namespace Keyward.Vault.Gate;

/// <summary>Who stands at the gate, judged by it: only the vault makes one. Rights are read at use.</summary>
public sealed class Caller
{
    internal Caller(string type, string email, string uniqueId, ProjectId? project, string? credentialId)
    {
        Type = type;
        Email = email;
        UniqueId = uniqueId;
        Project = project;
        CredentialId = credentialId;
        Member = type switch
        {
            SystemType => "system:" + email,
            FederatedType => email,
            LogType => "log:" + email,
            _ => "serviceAccount:" + email,
        };
    }

    internal const string ServiceAccountType = "service_account";
    internal const string SystemType = "system";
    internal const string FederatedType = "federated";

    /// <summary>A log of somebody else's, known by its checkpoint's signature.</summary>
    internal const string LogType = "log";

    public string Type { get; }

    /// <summary>The account's e-mail; of a federated caller its <c>principal://</c> name.</summary>
    public string Email { get; }

    public string UniqueId { get; }

    public ProjectId? Project { get; }

    /// <summary>The key file's, access key's or certificate's id, or <c>issuers/ID</c>; never a secret.</summary>
    public string? CredentialId { get; }

    /// <summary>The name that policies bind, such as <c>serviceAccount:EMAIL</c>.</summary>
    public string Member { get; internal init; }

    /// <summary>The caller in AWS's words, once they were asked for; kept by
    /// <see cref="Identities.PrincipalName"/>.</summary>
    internal string[]? Arns { get; set; }

    /// <summary>Further names by which policies can speak of this caller, such as <c>principalSet://…</c> and
    /// <c>domain:…</c>; groups are looked up at use.</summary>
    public IReadOnlyList<string> MoreMembers { get; internal init; } = [];

    /// <summary>What the caller's proof said of it beside its name, by the names that conditions use.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; internal init; } =
        ImmutableDictionary<string, string>.Empty;

    /// <summary>The issuer that vouches for a federated caller, as it was then: one that was removed and made again is
    /// another one.</summary>
    internal string? IssuerUid { get; init; }

    /// <summary>The session by which an account was taken on with an access key of its own; null for every other
    /// caller.</summary>
    public string? SessionName { get; internal init; }

    /// <summary>What narrows the session: rights that these statements do not allow, it has not. Null where nothing
    /// does.</summary>
    internal IReadOnlyList<Policies.Statement>? SessionStatements { get; init; }

    /// <summary>The node that a join token lets join; its bearer may do that and nothing else. Null for every other
    /// caller.</summary>
    internal string? JoinsNode { get; private init; }

    /// <summary>This caller, for the one use that a join token has.</summary>
    internal Caller ToJoin(string node) => new(Type, Email, UniqueId, Project, CredentialId)
    {
        Member = Member, MoreMembers = MoreMembers, Attributes = Attributes, IssuerUid = IssuerUid, JoinsNode = node,
    };

    /// <summary>Who took on this account, if it did not come by itself. The chain has one link.</summary>
    public Caller? Via { get; internal init; }
}
