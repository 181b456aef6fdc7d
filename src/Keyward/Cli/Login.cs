using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Keyward.Client;
using Keyward.Protos.V1;
using Keyward.Server;

namespace Keyward.Cli;

/// <summary>Remembers a server after it has answered: the CA is given as a file, or fetched and compared with a
/// fingerprint
/// that came another way. What was remembered before stays where the new one fails.</summary>
internal static class Login
{
    public static async Task RunAsync(Session session)
    {
        var address = SessionCommands.AddressOf(session) ?? session.Settings.Address
            ?? throw new UsageException("The server's address is missing.",
                "keyward login HOST:PORT --credentials FILE");
        var credentials = session.Settings.Credentials
            ?? throw new UsageException("The key file is missing.", "Give it: --credentials FILE");
        var name = SessionCommands.NameOf(session) ?? address.Split(':')[0];
        Directory.CreateDirectory(
            Contexts.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var caFile = Path.Combine(Contexts.Folder, $"{name}.ca.pem");
        var ca = SessionCommands.FingerprintOf(session) is { } fingerprint
            ? await FetchAsync(address, fingerprint, session.Cancellation).ConfigureAwait(false)
            : File.ReadAllBytes(session.Settings.Ca
                ?? throw new UsageException("The CA is missing.", "Give it: --ca FILE, or --fingerprint SHA256"));
        var trial = caFile + ".trial";
        DataFolder.WriteSecret(trial, ca);
        using var key = Client.KeyFile.Load(credentials, TimeProvider.System);
        using var connection = new KeywardConnection(address, trial, key);
        try
        {
            var caller = await connection.Deployment.WhoAmIAsync(new WhoAmIRequest(),
                cancellationToken: session.Cancellation);
            File.Move(trial, caFile, overwrite: true);
            var kept = Path.Combine(Contexts.Folder, $"{name}.json");
            DataFolder.WriteSecret(kept, File.ReadAllBytes(credentials));
            var context = new Context(name, address, caFile, kept, caller.Project, null);
            new Contexts(name, [.. Contexts.Load().Items.Where(c => c.Name != name), context]).Save();
            session.Output.Write(new JsonObject
            {
                ["context"] = name, ["address"] = address, ["caller"] = caller.Email,
            });
        }
        finally
        {
            File.Delete(trial);
        }
    }

    private static async Task<byte[]> FetchAsync(string address, string fingerprint, CancellationToken cancellation)
    {
        var wanted = fingerprint.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        using var handler = new SocketsHttpHandler();
#pragma warning disable CA5359 // What comes is believed only if it has the fingerprint that the user was given.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10) };
        byte[] pem;
        try
        {
            pem = await client.GetByteArrayAsync(new Uri($"https://{address}/keyward/v1/ca"),
                cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            throw new FailedException($"The server at {address} does not answer: {failure.Message}");
        }

        using var ca = X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(pem));
        return ca.GetCertHashString(HashAlgorithmName.SHA256) == wanted
            ? pem
            : throw new FailedException($"The CA at {address} has another fingerprint than the one given.",
                "Compare with what the server printed when it was first started.");
    }
}
