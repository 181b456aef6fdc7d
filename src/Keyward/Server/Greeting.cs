using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Keyward.Server;

/// <summary>What a person sees at a start, on standard error: where things are and what to try. Never a
/// secret.</summary>
internal static class Greeting
{
    public static void Print(VaultKeeper keeper, DataFolder folder)
    {
        var lines = keeper.Gate.Dev is not null ? Development(folder)
            : keeper.IsNew ? First(folder) : Later(keeper, folder);
        foreach (var line in lines) Console.Error.WriteLine(line);
    }

    private static IEnumerable<string> First(DataFolder folder)
    {
        var keyward = ProcessEnvironment.Command;
        yield return $"Made a new deployment in {folder.Path}";
        yield return File.Exists(folder.RootKey)
            ? "  root key     root.key (0600). Back it up apart: without it every key is lost."
            : File.Exists(folder.RootSeal)
                ? "  root key     root.seal, opened by your passphrase. Without it every key is lost."
                : "  root key     your own, which root.file names. Keep a copy apart: without it every key is lost.";
        if (Fingerprint(folder) is { } fingerprint) yield return $"  certificate  tls/ca.pem  SHA256 {fingerprint}";
        yield return $"  project      default = AWS account {Vault.Storage.Founding.FirstAccount}";
        yield return "  admin        credentials/admin.json, credentials/admin.env (0600)";
        yield return "Try it in another terminal:";
        yield return $"  . {folder.AdminEnvironment}";
        yield return $"  {keyward} keyring create demo --location us-east-1";
        yield return $"  {keyward} key create orders --keyring demo --location us-east-1 --purpose encryption";
        yield return $"  echo hello | {keyward} encrypt --key orders --keyring demo --location us-east-1";
        yield return "Stop with Ctrl-C. Docs: docs/first-steps.md";
    }

    private static IEnumerable<string> Development(DataFolder folder)
    {
        yield return $"Made the deployment anew in {folder.Path}; try it in another terminal:";
        yield return $"  . {folder.AdminEnvironment}";
        yield return $"  {ProcessEnvironment.Command} dev fault add --fault 503 --times 2";
        yield return $"  {ProcessEnvironment.Command} dev clock advance 90d";
        yield return "Docs: docs/reference/dev.md, docs/guides/testing-with-keyward.md";
    }

    private static IEnumerable<string> Later(VaultKeeper keeper, DataFolder folder)
    {
        var keys = keeper.Gate.Vault?.Snapshot.Projects.After(null)
            .Sum(p => p.Rings.After(null).Sum(r => r.Keys.Count));
        yield return $"Data folder {folder.Path}";
        yield return $"{(keys is { } count ? $"{count} keys, " : "")}{keeper.AuditLog.Size} audit records";
        if (keeper.Gate.Status is { IsReady: false } status) yield return $"Not ready: {status.Sentence}";
    }

    private static string? Fingerprint(DataFolder folder)
    {
        var file = folder.In("tls/ca.pem");
        if (!File.Exists(file)) return null;
        using var ca = X509CertificateLoader.LoadCertificateFromFile(file);
        return string.Join(':', ca.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant().Chunk(2).Select(c =>
            new string(c)));
    }
}
