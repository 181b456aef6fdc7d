using Keyward.Keystores.Root;
using Keyward.Server.Settings;
using Keyward.Stores.Postgres;
using Keyward.Stores.Sqlite;
using Keyward.Vault.Storage;
using Npgsql;

namespace Keyward.Server;

/// <summary>The store that the settings name.</summary>
internal static class StoreChoice
{
    public static IStore Make(DataFolder folder, ServerSettings settings)
    {
        if (!settings.IsShared) return new SqliteStore(folder.Store);
        if (settings.PostgresFile is null)
            throw new StartException("storage = postgres needs a connection string.",
                "Put it into a file of mode 0600 and name that: --postgres-file FILE");
        return new PostgresStore(ReadConnection(settings.PostgresFile));
    }

    public static string ReadText(string file)
    {
        using var reader = new StreamReader(PrivateFile.Open(file, "connection file"));
        return reader.ReadToEnd().Trim();
    }

    /// <summary>A file that only its owner reads, with an Npgsql connection string.</summary>
    public static NpgsqlConnectionStringBuilder ReadConnection(string file)
    {
        try
        {
            return ConnectionSettings.Parse(ReadText(file), file);
        }
        catch (RootUnavailableException failure)
        {
            throw new StoreUnavailableException(failure.Message);
        }
    }
}
