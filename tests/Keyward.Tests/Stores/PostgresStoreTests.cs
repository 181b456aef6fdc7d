using Keyward.Stores.Postgres;
using Keyward.Tests.Conformance;
using Keyward.Vault.Storage;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Keyward.Tests.Stores;

public sealed class PostgresStoreTests(PostgresServer server) : StoreConformance
{
    private readonly string _connection = server.MakeDatabase();

    private protected override IStore Make() =>
        new PostgresStore(ConnectionSettings.Parse(_connection, "postgres.connection"));

    [Fact]
    public async Task A_newer_schema_is_refused_by_name()
    {
        await ExecuteAsync("UPDATE schema_version SET number = 999");
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Make().OpenAsync(default));
        Assert.Contains("999", failure.Message);
        Assert.Contains("newer Keyward", failure.Message);
    }

    [Fact]
    public async Task The_migrations_make_the_columns_that_the_tables_name()
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        foreach (var table in Tables.All)
        {
            await using var command = new NpgsqlCommand(
                "SELECT column_name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position",
                connection);
            command.Parameters.AddWithValue(table.Name);
            await using var reader = await command.ExecuteReaderAsync();
            var columns = new List<string>();
            while (await reader.ReadAsync()) columns.Add(reader.GetString(0));
            Assert.Equal([.. table.Columns.Select(c => c.Name), "seq", "seal"], columns);
        }
    }

    [Fact]
    public async Task Nodes_that_open_an_empty_database_at_once_all_succeed()
    {
        var connection = server.MakeDatabase();
        var settings = ConnectionSettings.Parse(connection, "postgres.connection");
        var stores = Enumerable.Range(0, 8).Select(_ => new PostgresStore(settings)).ToList();
        await Task.WhenAll(stores.Select(s => Task.Run(async () => await s.OpenAsync(default))));
        var incarnations = await Task.WhenAll(stores.Select(async s => (await s.LoadAsync(default)).Counter.Incarnation));
        Assert.Single(incarnations.Select(Convert.ToHexString).Distinct());
        foreach (var store in stores) await store.DisposeAsync();
    }

    [Fact]
    public async Task Two_nodes_changes_stand_in_one_order_without_gaps()
    {
        var other = Make();
        await other.OpenAsync(default);
        IStore[] stores = [Store, other];
        await Task.WhenAll(stores.Select((store, which) => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
                await store.ChangeAsync(0, (counter, missed) =>
                {
                    Assert.Equal(counter.Seq, missed.Count);
                    return [ChangeOf(counter.Seq + 1, $"n{which}-{i}")];
                }, default);
        })));
        var feed = await Store.ReadFeedAsync(0, 1_000, default);
        Assert.Equal(Enumerable.Range(1, 80).Select(i => (long)i), feed.Select(f => f.Seq));
        Assert.Equal(80, (await Store.LoadAsync(default)).Rows.Count);
        await other.DisposeAsync();
    }

    [Theory]
    [InlineData("Host=db.example;Username=k;SSL Mode=Require", "VerifyFull")]
    [InlineData("Username=k", "no Host")]
    [InlineData("not a connection string", "Npgsql connection string")]
    public void A_connection_that_proves_nothing_is_refused(string text, string said)
    {
        var failure = Assert.Throws<StoreUnavailableException>(() => ConnectionSettings.Parse(text, "file"));
        Assert.Contains(said, failure.Message);
    }

    [Fact]
    public void A_remote_server_is_verified_by_default() => Assert.Equal(SslMode.VerifyFull,
        ConnectionSettings.Parse("Host=db1.example,db2.example;Username=k", "file").SslMode);

    private static Change ChangeOf(long seq, string id)
    {
        var operation = System.Security.Cryptography.RandomNumberGenerator.GetBytes(16);
        var row = new Row(Tables.Project, [.. Tables.Project.Columns.Select((c, i) =>
            i == 0 ? id : c switch
            {
                { Nullable: true } => Cell.Null,
                { Type: ColumnType.Text } => "000000000001",
                { Type: ColumnType.Integer } => 0L,
                _ => new byte[16],
            })], seq, new byte[32]);
        return new Change(new FeedEntry(seq, operation, [row]), [1], new OutboxEntry(operation, seq, "node-1", [2]));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
#pragma warning disable CA2100 // A literal of this test.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
