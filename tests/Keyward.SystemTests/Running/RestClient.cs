using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Keyward.SystemTests.Running;

/// <summary>REST calls with a key file, for tests that count and crash; the vendors' clients are driven elsewhere.</summary>
internal sealed class RestClient : IDisposable
{
    /// <summary>For one answer: longer than the server itself waits for anything, and than a busy machine for its
    /// turn.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private readonly HttpClient _http;

    /// <param name="ahead">How far the client's clock is ahead of the machine's.</param>
    public RestClient(KeywardServer server, string? keyFile = null, TimeSpan ahead = default)
    {
        var ca = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(server.Data, "tls/ca.pem"));
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { ca }, RevocationMode = X509RevocationMode.NoCheck,
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri($"https://{server.Address}"), Timeout = Patience };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", Assertion(keyFile ?? Path.Combine(server.Data, "credentials/admin.json"), DateTimeOffset.UtcNow + ahead));
    }

    /// <summary>A self-signed JWT as Google's libraries make one with an overridden endpoint: a scope, no audience.</summary>
    /// <param name="claims">Claims in place of the subject.</param>
    public static string Assertion(
        string keyFile, DateTimeOffset now, string? audience = null, string? claims = null)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(keyFile));
        var file = json.RootElement;
        var email = file.GetProperty("client_email").GetString();
        var issued = now.ToUnixTimeSeconds();
        var claim = audience is null
            ? "\"scope\":\"https://www.googleapis.com/auth/cloudkms\""
            : $"\"aud\":\"{audience}\"";
        var signed = Encode($$"""{"alg":"RS256","typ":"JWT","kid":"{{file.GetProperty("private_key_id").GetString()}}"}""") + "." +
            Encode($$"""{"iss":"{{email}}",{{claims ?? $"\"sub\":\"{email}\""}},"iat":{{issued}},"exp":{{issued + 3600}},{{claim}}}""");
        using var rsa = RSA.Create();
        rsa.ImportFromPem(file.GetProperty("private_key").GetString());
        var signature = rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return signed + "." + Base64Url.EncodeToString(signature);
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone());
    }

    public Task<(int Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(int Status, JsonElement Body)> PostAsync(string path, string body = "{}") =>
        SendAsync(HttpMethod.Post, path, body);

    public HttpClient Http => _http;

    public void Dispose() => _http.Dispose();

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
