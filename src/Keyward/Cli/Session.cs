using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Keyward.Client;

namespace Keyward.Cli;

/// <summary>One command's run: its settings, its output, and the connection, which is made when it is first
/// needed.</summary>
internal sealed class Session(ParseResult parsed, CancellationToken cancellation) : IDisposable
{
    private KeyFile? _keyFile;
    private KeywardConnection? _connection;

    public ParseResult Parsed { get; } = parsed;

    public CancellationToken Cancellation { get; } = cancellation;

    public ClientSettings Settings { get; } = ClientSettings.Of(parsed);

    public Output Output { get; } = new(parsed);

    public KeywardConnection Server => _connection ??= Connect();

    /// <summary>A note for the person, never in the result.</summary>
    public void Note(string sentence)
    {
        if (!Parsed.GetValue(GlobalOptions.Quiet)) Console.Error.WriteLine(sentence);
    }

    public T Get<T>(Option<T> option) => Parsed.GetValue(option)!;

    public T Get<T>(Argument<T> argument) => Parsed.GetValue(argument)!;

    /// <summary>A client for plain addresses. The server's CA is trusted for its own, the system's for
    /// others.</summary>
    public HttpClient MakeHttpClient(Uri address)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) };
        if (address.Authority == Settings.Address && Settings.Ca is { } ca && File.Exists(ca))
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(ca);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        return new HttpClient(handler, disposeHandler: true) { Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <summary>This server's own token for its own addresses, and none for a stranger's.</summary>
    public Func<string?> TokenFor(Uri address)
    {
        if (address.Authority != Settings.Address || Settings.Credentials is not { } credentials
            || !File.Exists(credentials)) return () => null;
        _keyFile ??= KeyFile.Load(credentials, TimeProvider.System);
        return _keyFile.Token;
    }

    /// <summary>Another node of the same deployment, with the same credentials and trust.</summary>
    public KeywardConnection ConnectTo(string address)
    {
        _ = Server;
        return new KeywardConnection(address, Settings.Ca, _keyFile!);
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _keyFile?.Dispose();
    }

    private KeywardConnection Connect()
    {
        var address = Settings.Address ?? throw new FailedException("No server is known.",
            "Source its credentials/admin.env, give --addr and --credentials, or run: keyward login ADDR");
        var credentials = Settings.Credentials ?? throw new FailedException("No credentials are known.",
            "Give a service account's key file: --credentials FILE");
        if (!File.Exists(credentials)) throw new FailedException($"The key file {credentials} does not exist.");
        if (Settings.Ca is { } ca && !File.Exists(ca)) throw new FailedException($"The CA file {ca} does not exist.");
        _keyFile ??= KeyFile.Load(credentials, TimeProvider.System);
        // Credentials of the real Google are not shown to a stranger, which a Keyward is to them.
        if (_keyFile.TokenAddress is { } token && token.Contains("googleapis.com", StringComparison.Ordinal))
            throw new FailedException($"{credentials} is a key file of Google's own cloud, not of this server.",
                "Give one that keyward service-account create --key-file made.");
        if (Parsed.GetValue(GlobalOptions.Verbose))
            Console.Error.WriteLine($"server {address}, as {_keyFile.Email}, credential {_keyFile.KeyId}");
        return new KeywardConnection(address, Settings.Ca, _keyFile)
        {
            Reason = Parsed.GetValue(GlobalOptions.Reason),
        };
    }
}
