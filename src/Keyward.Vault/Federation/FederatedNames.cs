using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Federation;

/// <summary>Google's names of workload identity federation: the audience by which a credential file means an issuer,
/// and the members under which policies mean those for whom it vouches. Pool and provider are the issuer's id. The
/// project is named by its account number, as at Google by its number, or by its id.</summary>
internal static class FederatedNames
{
    public const string CredentialPrefix = "issuers/";

    private const string Host = "//iam.googleapis.com/";

    /// <summary>Without scheme, as credential files have it; tokens may carry it with <c>https:</c> before.</summary>
    public static string AudienceOf(string project, string issuer) =>
        $"{Host}projects/{project}/locations/global/workloadIdentityPools/{issuer}/providers/{issuer}";

    /// <summary>The issuer and project that an audience names; null where it is of another form.</summary>
    public static (string Project, string Issuer)? TryParseAudience(string audience)
    {
        var name = audience.StartsWith("https:", StringComparison.Ordinal) ? audience["https:".Length..] : audience;
        if (!name.StartsWith(Host, StringComparison.Ordinal)) return null;
        return name[Host.Length..].Split('/') switch
        {
            ["projects", var project, "locations", "global", "workloadIdentityPools", var pool, "providers",
                var provider] when pool == provider => (project, provider),
            _ => null,
        };
    }

    public static bool IsNameOf(string project, ProjectId id, string? account) =>
        project == id.Value || project == account
        || (account is not null && project.Length > 0 && account.TrimStart('0') == project);

    /// <summary>The caller for whom an issuer vouches, with all the names that policies may have for them.</summary>
    public static Caller CallerOf(
        Snapshot snapshot, Issuer issuer, string subject, IReadOnlyDictionary<string, string> attributes)
    {
        var account = snapshot.Find(issuer.Project)?.Project.Account ?? issuer.Project.Value;
        var members = new List<string>();
        foreach (var project in (string[])[account, account.TrimStart('0'), issuer.Project.Value])
        {
            var pool = $"iam.googleapis.com/projects/{project}/locations/global/workloadIdentityPools/{issuer.Id}";
            members.Add($"principal://{pool}/subject/{subject}");
            members.Add($"principalSet://{pool}/*");
            foreach (var (name, value) in attributes)
                members.Add($"principalSet://{pool}/attribute.{name}/{value}");
        }

        return new Caller(Caller.FederatedType, members[0], subject, issuer.Project, CredentialPrefix + issuer.Id)
        {
            MoreMembers = members[1..], Attributes = attributes, IssuerUid = issuer.Uid,
        };
    }
}
