using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary>Google's auth library, unmodified, with an OpenID Connect issuer of its own: credential files of type
/// external_account, impersonation, and what is signed on an account's behalf.</summary>
public sealed class GoogleIdentityTests
{
    [Fact]
    public async Task Credential_files_of_workloads_and_impersonation_work_and_end()
    {
        using var data = new TemporaryData();
        var (certificate, key) = MakeCertificate(data);
        await using var server = await KeywardServer.StartAsync(data.In("kms"), "127.0.0.1:0",
            ("KEYWARD_FEDERATION_CA_FILE", certificate), ("KEYWARD_FEDERATION_ALLOW_ADDRESSES", "127.0.0.1"));
        Directory.CreateDirectory(data.In("work"));
        var (code, output, errors) = await KeywardServer.RunAsync("node", ["google-identities.js"],
            Path.Combine(KeywardServer.Root, "tests/clients/node"),
            [
                .. server.AdminEnvironment(), ("WORK_FOLDER", data.In("work")), ("ISSUER_CERT", certificate),
                ("ISSUER_KEY", key),
            ]);
        Assert.True(code == 0, errors + server.Errors);

        using var json = JsonDocument.Parse(output);
        var result = json.RootElement;
        Assert.Equal("secret", result.GetProperty("opened").GetString());
        foreach (var step in (string[])["taken", "blob", "idToken", "signJwt"])
            Assert.True(result.GetProperty(step).GetBoolean(), step);
        foreach (var (step, part) in ((string, string)[])
        [
            ("noRight", "PERMISSION_DENIED"), ("otherRepository", "PERMISSION_DENIED"),
            ("otherOwner", "invalid_grant"), ("otherAudience", "invalid_grant"), ("expired", "invalid_grant"),
            ("mayNotTake", "iam.serviceAccounts.getAccessToken"), ("notOfTheAccount", "PERMISSION_DENIED"),
            ("removed", "UNAUTHENTICATED"), ("removedTaken", "UNAUTHENTICATED"),
        ]) Assert.Contains(part, result.GetProperty(step).GetString());

        var (exported, records, said) = await KeywardServer.RunAsync(
            KeywardServer.Program, ["audit", "export"], null, server.AdminEnvironment());
        Assert.True(exported == 0, said);
        Assert.Contains(records.Split('\n'), line => line.Contains("\"encrypt\"", StringComparison.Ordinal)
            && line.Contains("deployer@", StringComparison.Ordinal)
            && line.Contains("repo:acme/app", StringComparison.Ordinal)
            && line.Contains("\"repository\":\"acme/app\"", StringComparison.Ordinal));
    }

    /// <summary>A certificate of the issuer's own for 127.0.0.1, and its key, both PEM.</summary>
    private static (string Certificate, string Key) MakeCertificate(TemporaryData data)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=issuer", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        var (first, second) = (data.In("issuer.pem"), data.In("issuer.key"));
        File.WriteAllText(first, certificate.ExportCertificatePem());
        File.WriteAllText(second, key.ExportPkcs8PrivateKeyPem());
        return (first, second);
    }
}
