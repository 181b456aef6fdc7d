using System.Security.Cryptography;
using Keyward.Stores.Sqlite;
using Keyward.Tests.Conformance;
using Keyward.Vault.Storage;
using Microsoft.Data.Sqlite;

namespace Keyward.Tests.Stores;

public sealed class SqliteStoreTests : StoreConformance
{
    private readonly TemporaryFolder _folder = new();

    private protected override IStore Make() => new SqliteStore(_folder.In("keyward.db"));

    protected override void Clean() => _folder.Dispose();

    [Fact]
    public void The_file_is_its_owners_alone() => Assert.Equal(
        UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.In("keyward.db")));

    [Fact]
    public async Task A_newer_schema_is_refused_by_name()
    {
        await Store.DisposeAsync();
        using (var connection = new SqliteConnection($"Data Source={_folder.In("keyward.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO schema_version (number) VALUES (999)";
            command.ExecuteNonQuery();
        }

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Make().OpenAsync(default));
        Assert.Contains("999", failure.Message);
        Assert.Contains("newer Keyward", failure.Message);
    }

    [Fact]
    public async Task Erased_material_is_in_none_of_the_stores_files()
    {
        var (erased, kept) = (RandomNumberGenerator.GetBytes(73), RandomNumberGenerator.GetBytes(73));
        await ChangeAsync(0, Version(1, 1, erased));
        await ChangeAsync(1, Version(2, 2, kept));
        Assert.True(InFiles(erased) && InFiles(kept), "The search finds nothing at all.");
        await ChangeAsync(2, Version(1, 3, []));
        await Store.ScrubAsync(default);
        Assert.True(InFiles(kept));
        Assert.False(InFiles(erased));
    }

    private bool InFiles(byte[] bytes) => Directory.EnumerateFiles(_folder.Path, "keyward.db*")
        .Any(f => File.ReadAllBytes(f).AsSpan().IndexOf(bytes) >= 0);

    [Fact]
    public void The_migrations_make_the_columns_that_the_tables_name()
    {
        using var connection = new SqliteConnection($"Data Source={_folder.In("keyward.db")};Pooling=False");
        connection.Open();
        foreach (var table in Tables.All)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT name FROM pragma_table_info($table) ORDER BY cid";
            command.Parameters.AddWithValue("$table", table.Name);
            using var reader = command.ExecuteReader();
            var columns = new List<string>();
            while (reader.Read()) columns.Add(reader.GetString(0));
            Assert.Equal([.. table.Columns.Select(c => c.Name), "seq", "seal"], columns);
        }
    }
}
