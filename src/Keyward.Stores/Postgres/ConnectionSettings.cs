using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keyward.Vault.Storage;
using Npgsql;

namespace Keyward.Stores.Postgres;

/// <summary>The operator's connection string, with what Keyward demands of every connection added: commits that are
/// durable when they return, limits on every wait, and a server whose certificate was checked wherever the way to it
/// leaves the machine.</summary>
internal static class ConnectionSettings
{
    /// <summary>As the server shows it, by which it is seen that the options arrived.</summary>
    public const string LockTimeout = "5s";

    /// <summary>What each session is told, whatever the server's own configuration says.</summary>
    private const string SessionOptions = "-c synchronous_commit=on -c lock_timeout=" + LockTimeout +
        " -c statement_timeout=30s " +
        "-c idle_in_transaction_session_timeout=10s -c client_connection_check_interval=2s";

    /// <param name="file">Where it stood, for what is said of it.</param>
    public static NpgsqlConnectionStringBuilder Parse(string text, string file)
    {
        NpgsqlConnectionStringBuilder given;
        try
        {
            given = new NpgsqlConnectionStringBuilder(text);
        }
        catch (ArgumentException failure)
        {
            throw new StoreUnavailableException($"{file} does not hold an Npgsql connection string, such as " +
                $"Host=db;Username=keyward;Database=keyward: {failure.Message}");
        }

        if (string.IsNullOrEmpty(given.Host))
            throw new StoreUnavailableException($"The connection string in {file} names no Host.");
        DemandVerifiedTls(given, file);
        if (given.RootCertificate is { } root) DemandCertificates(root, file);
        given.Options = string.IsNullOrEmpty(given.Options) ? SessionOptions : given.Options + " " + SessionOptions;
        given.Enlist = false;
        given.IncludeErrorDetail = false;
        given.ApplicationName ??= "keyward";
        if (given.Host.Contains(',', StringComparison.Ordinal))
        {
            given.TargetSessionAttributes ??= "primary";
            given.HostRecheckSeconds = 1;
        }

        return given;
    }

    /// <summary>For changes. A time-out on a commit would cancel it, and turn one that waits for a standby into a
    /// success: there is none, each statement before has its own. A server that vanished is noticed by the
    /// network.</summary>
    public static string ForLane(NpgsqlConnectionStringBuilder settings) =>
        new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Timeout = 5, CommandTimeout = 0, MaxPoolSize = 3, MaxAutoPrepare = 64, AutoPrepareMinUsages = 2,
            // A Unix socket has no such option, and refuses it.
            TcpKeepAlive = !IsSocket(settings), TcpKeepAliveTime = IsSocket(settings) ? 0 : 5,
            TcpKeepAliveInterval = IsSocket(settings) ? 0 : 2,
        }.ConnectionString;

    /// <summary>For reading.</summary>
    public static string ForWork(NpgsqlConnectionStringBuilder settings) =>
        new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Timeout = 5, CommandTimeout = 30, MaxPoolSize = 5, MaxAutoPrepare = 64, AutoPrepareMinUsages = 2,
        }.ConnectionString;

    /// <summary>For the renewal of the lease: its time-outs must fit into the lease, and it waits for nobody's pooled
    /// connection, nor for a standby. A renewal that a failover loses is made again a second later; what a lease rests
    /// on, the change number, was committed by others and is on the standby before it can be seen.</summary>
    public static string ForLease(NpgsqlConnectionStringBuilder settings) =>
        new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Options = settings.Options + " -c synchronous_commit=local",
            Timeout = 2, CommandTimeout = 2, CancellationTimeout = -1, KeepAlive = 0, Pooling = false,
        }.ConnectionString;

    /// <summary>For LISTEN, which holds its connection.</summary>
    public static string ForListening(NpgsqlConnectionStringBuilder settings) =>
        new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Timeout = 2, KeepAlive = 5, Pooling = false,
        }.ConnectionString;

    private static void DemandVerifiedTls(NpgsqlConnectionStringBuilder given, string file)
    {
        var remote = given.Host!.Split(',').Select(h => h.Trim()).Where(h => !IsThisMachine(h)).ToList();
        if (remote.Count == 0) return;
        if (!given.ShouldSerialize("SSL Mode")) given.SslMode = SslMode.VerifyFull;
        if (given.SslMode is SslMode.VerifyFull or SslMode.VerifyCA) return;
        throw new StoreUnavailableException(
            $"The connection string in {file} does not verify the certificate of {remote[0]}: " +
            "use SSL Mode=VerifyFull, and Root Certificate=FILE where the CA is your own.");
    }

    /// <summary>Without it the first connection fails, and says neither which file nor why.</summary>
    private static void DemandCertificates(string root, string file)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(root);
            var found = certificates.Count;
            foreach (var certificate in certificates) certificate.Dispose();
            if (found > 0) return;
        }
        catch (Exception failure) when (
            failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StoreUnavailableException(
                $"The connection string in {file} names a Root Certificate that cannot be read: {failure.Message}");
        }

        throw new StoreUnavailableException(
            $"The connection string in {file} names {root} as its Root Certificate: it holds no certificate in PEM.");
    }

    private static bool IsSocket(NpgsqlConnectionStringBuilder settings) =>
        settings.Host!.Split(',').Any(h => h.Trim().StartsWith('/'));

    private static bool IsThisMachine(string host)
    {
        if (host.StartsWith('/') || host.StartsWith('@')) return true;
        var colon = host.LastIndexOf(':');
        var name = colon > 0 && host.IndexOf(':', StringComparison.Ordinal) == colon
            ? host[..colon]
            : host.Trim('[', ']');
        return name == "localhost" || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }
}
