using System.Net.Sockets;
using System.Security.Authentication;
using Keyward.Vault.Storage;
using Npgsql;

namespace Keyward.Stores.Postgres;

/// <summary>What PostgreSQL's failures mean to the vault.</summary>
internal static class Failures
{
    /// <summary>Tries for what the server says to try again: serialisation, deadlock, lock not to be had.</summary>
    public const int MaximumTries = 5;

    public const string Pooler = "Between this node and PostgreSQL stands a pooler that drops the session's options, " +
        "such as PgBouncer: connect to PostgreSQL directly. A node uses up to ten connections.";

    /// <summary>The driver does not say which of these it is.</summary>
    public const string Certificate = "PostgreSQL's certificate is refused: it is not for the host that the " +
        "connection string names, or by no CA that its Root Certificate holds (the system's where it names none), or " +
        "not good today.";

    public static bool IsOfCertificate(Exception? failure) =>
        failure is NpgsqlException { InnerException: AuthenticationException };

    public static bool IsFailure(Exception failure) =>
        failure is NpgsqlException or SocketException or IOException or TimeoutException or ObjectDisposedException
            or InvalidOperationException { Source: "Npgsql" };

    public static bool IsWorthRetrying(Exception failure) =>
        failure is PostgresException { SqlState: "40001" or "40P01" or "55P03" };

    /// <summary>How soon a database that is away is tried again.</summary>
    public static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(100);

    /// <summary>There is no primary that can be reached, or it is going or coming: nothing was committed.</summary>
    public static bool IsAway(Exception failure) => failure switch
    {
        PostgresException server => server.SqlState is "57P01" or "57P02" or "57P03" or "25006"
            || (server.SqlState.StartsWith("08", StringComparison.Ordinal) && server.SqlState != "08P01"),
        NpgsqlException { InnerException: TimeoutException } => false,
        _ => failure is NpgsqlException or SocketException or IOException,
    };

    public static StoreUnavailableException Show(Exception failure) => new(failure switch
    {
        PostgresException { SqlState: "08P01" } => Pooler,
        PostgresException server => $"PostgreSQL refuses: {server.MessageText} ({server.SqlState})",
        _ when IsOfCertificate(failure) => Certificate,
        _ => $"PostgreSQL cannot be reached: {failure.Message}",
    }, failure);

    /// <summary>Short waits that grow, so that those who met once do not meet again.</summary>
    public static TimeSpan Pause(int attempt) =>
        TimeSpan.FromMilliseconds(10 + System.Security.Cryptography.RandomNumberGenerator.GetInt32(40 << attempt));
}
