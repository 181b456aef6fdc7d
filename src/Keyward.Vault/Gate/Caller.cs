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
        Member = type == SystemType ? "system:" + email : "serviceAccount:" + email;
    }

    internal const string ServiceAccountType = "service_account";
    internal const string SystemType = "system";

    public string Type { get; }

    public string Email { get; }

    public string UniqueId { get; }

    public ProjectId? Project { get; }

    /// <summary>The key file's or access key's id; never a secret.</summary>
    public string? CredentialId { get; }

    /// <summary>The name that policies bind, such as <c>serviceAccount:EMAIL</c>.</summary>
    public string Member { get; internal init; }

    /// <summary>Further names by which policies can speak of this caller, such as <c>principalSet://…</c> and
    /// <c>domain:…</c>; groups are looked up at use.</summary>
    public IReadOnlyList<string> MoreMembers { get; internal init; } = [];

    /// <summary>What the caller's proof said of it beside its name, by the names that conditions use.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; internal init; } =
        ImmutableDictionary<string, string>.Empty;
}
