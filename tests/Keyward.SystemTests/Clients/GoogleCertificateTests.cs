using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary>Google's client, unmodified, that shows a TLS client certificate and no token.</summary>
public sealed class GoogleCertificateTests
{
    private const string Ring = "/v1/projects/default/locations/us-east-1/keyRings";

    [Fact]
    public async Task A_certificate_lets_its_account_in_and_ends_at_once_on_a_standing_connection()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        var (_, account) = await admin.PostAsync(
            "/keyward/v1/projects/default/serviceAccounts", """{"name":"web"}""");
        var email = account.GetProperty("email").GetString()!;
        Assert.Equal(200, (await admin.PostAsync($"{Ring}?keyRingId=r")).Status);
        var (_, key) = await admin.PostAsync($"{Ring}/r/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
        var name = key.GetProperty("name").GetString()!;
        Assert.Equal(200, (await admin.PostAsync($"/v1/{name}:setIamPolicy", $$"""
            {"policy":{"bindings":[{"role":"roles/cloudkms.cryptoKeyEncrypterDecrypter",
                                    "members":["serviceAccount:{{email}}"]}]} }
            """)).Status);
        WriteCertificates(data);

        var (code, output, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            [
                "certificate", "add", "--service-account", email, "--authorities", data.In("root.pem"),
                "--uri", "spiffe://acme/web", "--format", "json",
            ], null, server.AdminEnvironment());
        Assert.True(code == 0, errors);
        var id = JsonDocument.Parse(output).RootElement.GetProperty("id").GetString()!;

        string[] revoke = [KeywardServer.Program, "certificate", "revoke", id, "--service-account", email];
        (code, output, errors) = await KeywardServer.RunAsync("node", ["google-certificates.js", name],
            Path.Combine(KeywardServer.Root, "tests/clients/node"),
            [
                .. server.AdminEnvironment(), ("CLIENT_KEY", data.In("web.key")), ("CLIENT_CERT", data.In("web.pem")),
                ("REVOKE", JsonSerializer.Serialize(revoke)),
            ]);
        Assert.True(code == 0, errors + server.Errors);
        Assert.Equal("""{"opened":"secret","mayNot":7,"revoked":16}""", output.Trim());

        (code, output, errors) = await KeywardServer.RunAsync(
            KeywardServer.Program, ["audit", "export"], null, server.AdminEnvironment());
        Assert.True(code == 0, errors);
        Assert.Contains(output.Split('\n'), line => line.Contains("\"encrypt\"", StringComparison.Ordinal)
            && line.Contains(email, StringComparison.Ordinal) && line.Contains(id, StringComparison.Ordinal)
            && line.Contains("\"certificate\":\"", StringComparison.Ordinal));
    }

    private static void WriteCertificates(TemporaryData data)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = new CertificateRequest("CN=Acme root", rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = root.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        File.WriteAllText(data.In("root.pem"), authority.ExportCertificatePem());

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=web", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri("spiffe://acme/web"));
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, now.AddHours(-1), now.AddHours(1), [1, 2, 3, 4]);
        File.WriteAllText(data.In("web.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(data.In("web.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
