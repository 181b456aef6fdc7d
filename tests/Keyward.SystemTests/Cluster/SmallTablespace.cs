using Keyward.SystemTests.Crash;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>A place for one database on a disk that is small enough to be filled; the server's write-ahead log is
/// elsewhere, and its other databases too.</summary>
internal sealed class SmallTablespace(PostgresServer postgres, SmallDisk disk) : IDisposable
{
    public const string Name = "small";

    public static async Task<SmallTablespace> MountAsync(PostgresServer postgres)
    {
        var disk = await SmallDisk.MountAsync();
        postgres.MakeTablespace(Name, disk.Folder);
        return new SmallTablespace(postgres, disk);
    }

    public void Fill() => disk.Fill();

    public void Empty() => disk.Empty();

    /// <summary>The database goes first: the server must not miss its files.</summary>
    public void Dispose()
    {
        var database = postgres.Query("postgres", "SELECT datname FROM pg_database JOIN pg_tablespace t " +
            $"ON dattablespace = t.oid WHERE spcname = '{Name}'");
        if (database.Length > 0) postgres.Execute("postgres", $"DROP DATABASE {database} WITH (FORCE)");
        postgres.Execute("postgres", $"DROP TABLESPACE {Name}");
        disk.Dispose();
    }
}
