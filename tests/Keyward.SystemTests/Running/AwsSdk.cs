using System.Security.Cryptography.X509Certificates;
using Amazon.KeyManagementService;
using Amazon.Runtime;

namespace Keyward.SystemTests.Running;

/// <summary>AWS's SDK for .NET, unmodified: its extension point for HTTP clients is where it learns the CA.</summary>
internal static class AwsSdk
{
    public static AmazonKeyManagementServiceClient Open(KeywardServer server, int retries = 4)
    {
        var given = server.AdminEnvironment().ToDictionary(v => v.Name, v => v.Value);
        return new AmazonKeyManagementServiceClient(
            new BasicAWSCredentials(given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"]),
            new AmazonKeyManagementServiceConfig
            {
                ServiceURL = $"https://{server.Address}", AuthenticationRegion = "us-east-1",
                HttpClientFactory = new OwnAuthority(server), MaxErrorRetry = retries,
            });
    }

    private sealed class OwnAuthority(KeywardServer server) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig)
        {
            var ca = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(server.Data, "tls/ca.pem"));
            var handler = new SocketsHttpHandler();
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { ca },
                RevocationMode = X509RevocationMode.NoCheck,
            };
            return new HttpClient(handler);
        }
    }
}
