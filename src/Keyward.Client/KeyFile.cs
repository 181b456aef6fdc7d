using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Keyward.Client;

/// <summary>A Google-format service-account key file, and the tokens that it signs: self-signed JWTs (RS256) that are
/// shown
/// to the server directly, as Google's own libraries do. Dispose clears the key.</summary>
public sealed class KeyFile : IDisposable
{
    private const string Audience = "https://cloudkms.googleapis.com/";
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);

    private readonly RSA _key = RSA.Create();
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private string? _token;
    private DateTimeOffset _expires;

    private KeyFile(TimeProvider time, string email, string keyId, string? tokenAddress) =>
        (_time, Email, KeyId, TokenAddress) = (time, email, keyId, tokenAddress);

    public string Email { get; }

    public string KeyId { get; }

    /// <summary>The token endpoint that the file names.</summary>
    public string? TokenAddress { get; }

    /// <summary>Throws <see cref="FormatException"/> for anything but a service account's key file.</summary>
    public static KeyFile Load(string path, TimeProvider time)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            if (root.GetProperty("type").GetString() != "service_account") throw new FormatException();
            var file = new KeyFile(time, root.GetProperty("client_email").GetString()!,
                root.GetProperty("private_key_id").GetString()!,
                root.TryGetProperty("token_uri", out var token) ? token.GetString() : null);
            file._key.ImportFromPem(root.GetProperty("private_key").GetString());
            return file;
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException
            or ArgumentException or CryptographicException or FormatException)
        {
            throw new FormatException($"{path} is not a service account's key file.");
        }
    }

    /// <summary>A bearer token that is good for some minutes at least.</summary>
    public string Token()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            if (_token is not null && now < _expires - RenewBefore) return _token;
            _expires = now + Lifetime;
            return _token = Sign(now);
        }
    }

    public void Dispose() => _key.Dispose();

    private string Sign(DateTimeOffset now)
    {
        var issued = now.ToUnixTimeSeconds();
        var header = Encode(json =>
        {
            json.WriteString("alg", "RS256");
            json.WriteString("typ", "JWT");
            json.WriteString("kid", KeyId);
        });
        var payload = Encode(json =>
        {
            json.WriteString("iss", Email);
            json.WriteString("sub", Email);
            json.WriteString("aud", Audience);
            json.WriteNumber("iat", issued);
            json.WriteNumber("exp", issued + (long)Lifetime.TotalSeconds);
        });
        var signed = header + "." + payload;
        var signature = _key.SignData(
            Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return signed + "." + Base64Url.EncodeToString(signature);
    }

    private static string Encode(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.ToArray());
    }
}
