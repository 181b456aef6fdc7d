using System.Text;
using System.Text.Json;
using Keyward.Vault.Storage;

namespace Keyward.Server;

/// <summary>The administrator's credentials as files: a Google-format key file, and shell lines that point every
/// client at
/// this server. Written once; only the address in the shell lines follows the server when it moves.</summary>
internal static class AdminCredentials
{
    private const string AddressVariable = "KEYWARD_ADDR";

    /// <param name="ca">The file by which clients trust the server.</param>
    public static void Write(DataFolder folder, FoundedCredentials credentials, string address, string ca)
    {
        folder.Make("credentials");
        DataFolder.WriteSecret(folder.AdminKeyFile, KeyFile(
            "default", credentials.KeyId, credentials.PrivateKeyPem, credentials.Email, credentials.UniqueId, address));
        DataFolder.WriteSecret(
            folder.AdminEnvironment, Encoding.UTF8.GetBytes(Lines(folder, credentials, address, ca)));
    }

    /// <summary>Takes back credentials of a deployment that did not come to be.</summary>
    public static void Discard(DataFolder folder)
    {
        File.Delete(folder.AdminKeyFile);
        File.Delete(folder.AdminEnvironment);
        Directory.Delete(folder.Credentials);
    }

    /// <summary>The server listens elsewhere than last time: the lines that name its address follow.</summary>
    public static void Follow(DataFolder folder, string address)
    {
        if (!File.Exists(folder.AdminEnvironment)) return;
        var text = File.ReadAllText(folder.AdminEnvironment);
        var line = text.Split('\n').FirstOrDefault(
            l => l.StartsWith($"export {AddressVariable}=", StringComparison.Ordinal));
        if (line is null) return;
        var old = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim('\'');
        if (old == address) return;
        DataFolder.WriteSecret(folder.AdminEnvironment,
            Encoding.UTF8.GetBytes(text.Replace(old, address, StringComparison.Ordinal)));
    }

    /// <summary>The token address in the administrator's key file: clients go on using it in their
    /// assertions.</summary>
    public static string? TokenAddress(DataFolder folder)
    {
        if (!File.Exists(folder.AdminKeyFile)) return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(folder.AdminKeyFile));
            return json.RootElement.GetProperty("token_uri").GetString();
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A key file as Google's libraries read it.</summary>
    public static byte[] KeyFile(string project, string id, byte[] privateKeyPem, string email, string uniqueId,
        string address)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("type", "service_account");
            json.WriteString("project_id", project);
            json.WriteString("private_key_id", id);
            json.WriteString("private_key", privateKeyPem);
            json.WriteString("client_email", email);
            json.WriteString("client_id", uniqueId);
            json.WriteString("token_uri", $"https://{address}/token");
            json.WriteString("universe_domain", "googleapis.com");
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static string Lines(DataFolder folder, FoundedCredentials credentials, string address, string ca)
    {
        (string Name, string Value)[] lines =
        [
            (AddressVariable, address), ("KEYWARD_CA", ca), ("KEYWARD_PROJECT", "default"),
            ("KEYWARD_ACCOUNT", Founding.FirstAccount), ("GOOGLE_APPLICATION_CREDENTIALS", folder.AdminKeyFile),
            ("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", ca), ("NODE_EXTRA_CA_CERTS", ca),
            ("AWS_ACCESS_KEY_ID", credentials.AccessKeyId),
            ("AWS_SECRET_ACCESS_KEY", Encoding.ASCII.GetString(credentials.SecretAccessKey)),
            ("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_CA_BUNDLE", ca), ("REQUESTS_CA_BUNDLE", ca),
            ("AWS_ENDPOINT_URL_KMS", $"https://{address}"), ("AWS_ENDPOINT_URL_STS", $"https://{address}"),
            ("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS", $"https://{address}/"),
        ];
        return "# Points this shell at Keyward. The CA variables replace the trust of the whole shell (other HTTPS\n" +
            "# clients included), and the AWS keys shadow those of the real cloud: for one command use\n" +
            "# keyward run -- CMD instead.\n" +
            string.Concat(lines.Select(l => $"export {l.Name}={Quoted(l.Value)}\n"));
    }

    /// <summary>Quotes for a shell only where they are needed, so that simple readers can read the file too.</summary>
    private static string Quoted(string value) => value.All(c =>
        char.IsAsciiLetterOrDigit(c) || "_./:@%+=,-".Contains(c))
        ? value
        : "'" + value.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
