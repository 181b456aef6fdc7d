using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keyward.Keystores.Age;
using Keyward.Server.Settings;

namespace Keyward.Server.NewNodes;

/// <summary>A machine's first start as a node of a deployment that runs: with a join token it gets its name, the root
/// key and where the store is, puts them into its data folder, each under its own seal, and starts from there like any
/// node. Later starts find them there and ask nobody.</summary>
internal sealed class NodeJoining(DataFolder folder, ServerSettings settings)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private string Connection => folder.In(ServerSettings.JoinedStore);

    /// <summary>The settings of a node that has joined: the store is shared, and its address known.</summary>
    public async Task<ServerSettings> JoinAsync(string text, CancellationToken cancellation)
    {
        var source = new RootSource(folder, settings);
        if (!source.IsThere)
        {
            if (JoinToken.TryParse(text) is not { } token)
                throw new StartException("This is no join token: one begins with kwj1/ and stands under \"token\" in " +
                    "what the command prints.", "On a machine with credentials: keyward node join-token");
            if (File.Exists(folder.In("node")))
                throw new StartException($"The data folder {folder.Path} is another node's.",
                    "A node joins with an empty data folder: --data DIR");
            await AskAsync(token, source, cancellation).ConfigureAwait(false);
        }

        return settings with { IsShared = true, PostgresFile = settings.PostgresFile ?? Connection };
    }

    private async Task AskAsync(JoinToken token, RootSource source, CancellationToken cancellation)
    {
        using var authority = await AuthorityAsync(token, cancellation).ConfigureAwait(false);
        var (identity, _) = AgeIdentity.Make();
        using var opening = identity;
        var (node, package) = await CallAsync(token, authority, identity, cancellation).ConfigureAwait(false);
        try
        {
            var (root, connection) = Handover.Open(package, identity);
            using var received = root;
            if (settings.PostgresFile is null) DataFolder.WriteSecret(Connection, connection);
            CryptographicOperations.ZeroMemory(connection);
            DataFolder.WriteSecret(folder.In("node"), Encoding.ASCII.GetBytes(node + "\n"));
            // Last: by the root a later start knows that all the rest is there.
            source.Adopt(received);
        }
        catch (InvalidDataException failure)
        {
            throw new StartException($"What {token.Address} handed over cannot be opened: {failure.Message}");
        }
    }

    private static async Task<X509Certificate2> AuthorityAsync(JoinToken token, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler();
#pragma warning disable CA5359 // What comes is believed only if it has the fingerprint that the token names.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        using var client = new HttpClient(handler) { Timeout = Patience };
        try
        {
            var pem = await client.GetStringAsync(
                new Uri($"https://{token.Address}/keyward/v1/ca"), cancellation).ConfigureAwait(false);
            var authority = X509Certificate2.CreateFromPem(pem);
            if (authority.GetCertHashString(HashAlgorithmName.SHA256) == token.Fingerprint) return authority;
            authority.Dispose();
            throw new StartException($"Who answers at {token.Address} is not the deployment of this join token.");
        }
        catch (Exception failure) when (
            failure is HttpRequestException or TaskCanceledException or CryptographicException)
        {
            throw new StartException($"The node at {token.Address} does not answer: {failure.Message}");
        }
    }

    private static async Task<(string Node, byte[] Package)> CallAsync(
        JoinToken token, X509Certificate2 authority, AgeIdentity identity, CancellationToken cancellation)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(authority);
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
        };
        using var client = new HttpClient(handler) { Timeout = Patience };
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri($"https://{token.Address}/keyward/v1/nodes:join"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Bearer);
        request.Content = new StringContent(
            new JsonObject { ["recipient"] = identity.Recipient.ToString() }.ToJsonString(), Encoding.UTF8,
            "application/json");
        try
        {
            using var answer = await client.SendAsync(request, cancellation).ConfigureAwait(false);
            var body = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            using var json = JsonDocument.Parse(body);
            if (!answer.IsSuccessStatusCode) throw Refused(token, json.RootElement);
            return (json.RootElement.GetProperty("node").GetString()!["nodes/".Length..],
                json.RootElement.GetProperty("package").GetBytesFromBase64());
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or JsonException)
        {
            throw new StartException($"The node at {token.Address} does not answer: {failure.Message}");
        }
    }

    private static StartException Refused(JoinToken token, JsonElement answer)
    {
        var why = answer.TryGetProperty("error", out var error) && error.TryGetProperty("message", out var message)
            ? message.GetString() : null;
        return new StartException($"The node at {token.Address} does not let this one join: {why}",
            "A join token is good once and for minutes. Make another: keyward node join-token");
    }
}
