using System.Security.Cryptography.X509Certificates;

namespace Keyward.Cli.Operating;

/// <summary>What the doctor sees in a data folder of this machine.</summary>
internal static class FolderFindings
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly string[] Secrets =
    [
        "", "keyward.db", "root.key", "root.seal", "tls/server.key", "credentials", "credentials/admin.json",
        "credentials/admin.env", "audit",
    ];

    public static IEnumerable<Finding> Judge(string folder, DateTimeOffset now)
    {
        var open = Secrets.Select(s => Path.Combine(folder, s)).Where(p => (File.Exists(p) || Directory.Exists(p))
            && (File.GetUnixFileMode(p) & Others) != 0).ToList();
        foreach (var path in open)
            yield return new Finding(FindingLevel.Error, "permissions", $"{path} is open to others than its owner",
                $"chmod go= {path}");
        if (open.Count == 0)
            yield return new Finding(FindingLevel.Ok, "permissions",
                $"{folder} and its secrets are their owner's alone");
        if (File.Exists(Path.Combine(folder, "root.key")))
            yield return new Finding(FindingLevel.Warning, "seal",
                "the root key lies as a file beside the store: who copies the folder has both",
                "Keep backups of root.key apart from those of the store, or use root = passphrase.");
        if (Path.Combine(folder, "tls/ca.pem") is var ca && File.Exists(ca))
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(ca);
            if (certificate.NotAfter.ToUniversalTime() - now.UtcDateTime < TimeSpan.FromDays(90))
                yield return new Finding(FindingLevel.Warning, "certificates",
                    $"the authority {ca} ends at {certificate.NotAfter:u}", "docs/runbooks/certificate.md");
        }

        if (new DriveInfo(folder) is { } drive && drive.AvailableFreeSpace < drive.TotalSize / 10)
            yield return new Finding(FindingLevel.Warning, "disk",
                FormattableString.Invariant($"under 10 % of the disk of {folder} are free"),
                "docs/runbooks/audit-disk.md");
    }
}
