using System.Security.Cryptography;
using System.Text;
using Keyward.Vault.Development;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Server.Development;

/// <summary>The service accounts of a seed file, with credentials that stay the same.</summary>
internal sealed class SeedAccounts(SeedNode root)
{
    private readonly List<SeededAccount> _accounts = [];

    public List<GivenKeyFile> KeyFiles { get; } = [];

    public IReadOnlyList<SeededAccount> Read()
    {
        foreach (var node in root.Objects("serviceAccounts")) ReadAccount(node);
        SeedFile.RefuseDoubles(root, "serviceAccounts", _accounts.Select(a => $"{a.Name}@{a.Project}"));
        SeedFile.RefuseDoubles(root, "serviceAccounts",
            _accounts.SelectMany(a => a.AccessKeys.Select(k => k.Id).Concat(a.KeyFiles.Select(k => k.Id))));
        return _accounts;
    }

    private void ReadAccount(SeedNode node)
    {
        var name = node.Text("name", isNeeded: true);
        var projectText = node.Text("project") ?? "default";
        if (name is not null && !ServiceAccounts.IsValidName(name))
            node.Wrong("name", "must be at most 30 small letters, digits and hyphens, beginning with a letter");
        if (!ProjectId.TryParse(projectText, out var project)) node.Wrong("project", "is not a project's id");
        var access = new List<SeededAccessKey>();
        foreach (var key in node.Objects("accessKeys"))
        {
            var id = key.Formed("id", SeedNode.AccessKeyId, "16 to 128 letters, digits and underscores", true);
            var secret = key.Formed("secret", SeedNode.Secret, "16 to 128 characters of base64", true);
            if (id is not null && secret is not null) access.Add(new(id, Encoding.ASCII.GetBytes(secret)));
            key.RefuseUnknown();
        }

        var files = new List<SeededKeyFile>();
        foreach (var file in node.Objects("keyFiles")) ReadKeyFile(file, files, name ?? "", project);
        var roles = new List<SeededRole>();
        foreach (var role in node.Objects("roles")) ReadRole(role, roles);
        node.RefuseUnknown();
        if (name is not null) _accounts.Add(new SeededAccount(project, name, access, files, roles));
    }

    private void ReadKeyFile(SeedNode node, List<SeededKeyFile> files, string name, ProjectId project)
    {
        var id = node.Formed("id", SeedNode.KeyFileId, "40 hex digits in small letters", true);
        if (node.Text("privateKey", isNeeded: true) is { } pem && id is not null)
            try
            {
                using var rsa = RSA.Create();
                rsa.ImportFromPem(pem);
                // A public key alone would be taken as well, and sign nothing.
                _ = rsa.SignData("pair"u8, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                files.Add(new SeededKeyFile(id, rsa.ExportSubjectPublicKeyInfo()));
                KeyFiles.Add(new GivenKeyFile(name, project, id, rsa.ExportPkcs8PrivateKeyPem() + "\n"));
            }
            catch (Exception failure) when (failure is ArgumentException or CryptographicException)
            {
                node.Wrong("privateKey", "must be an RSA private key in PEM");
            }

        node.RefuseUnknown();
    }

    private static void ReadRole(SeedNode node, List<SeededRole> roles)
    {
        var role = node.Text("role", isNeeded: true);
        if (role is not null && !Roles.Exists(role)) node.Wrong("role", $"{role} is not a predefined role");
        if (node.Text("on", isNeeded: true) is { } on && role is not null)
            if (PolicyTarget.TryParse(on, out var target)) roles.Add(new SeededRole(role, target));
            else node.Wrong("on", "must be a project, key ring or key by its full name, or deployment");
        node.RefuseUnknown();
    }
}

/// <summary>A key file with its private half, as the seed gives it.</summary>
internal sealed record GivenKeyFile(string Account, ProjectId Project, string Id, string PrivateKeyPem)
{
    public override string ToString() => $"GivenKeyFile {Account} {Id}";
}
