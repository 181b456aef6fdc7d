using Keyward.Vault.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Keyward.Stores.Postgres;

/// <summary>The statements of the sealed rows' tables, made once from the tables' columns: every one names its columns,
/// and the tables differ in nothing else.</summary>
internal static class RowStatements
{
    private static readonly Dictionary<string, string> Upserts = Tables.All.ToDictionary(t => t.Name, UpsertOf);

    private static readonly Dictionary<string, string> Loads = Tables.All.ToDictionary(t => t.Name, t =>
        $"SELECT {string.Join(", ", t.Columns.Select(c => c.Name))}, seq, seal FROM {t.Name} " +
        $"ORDER BY {string.Join(", ", t.Columns.Take(t.KeyColumns).Select(c => c.Name))}");

    public static NpgsqlBatchCommand Upsert(Row row)
    {
#pragma warning disable CA2100 // The names are this program's own; every value is a parameter.
        var command = new NpgsqlBatchCommand(Upserts[row.Table.Name]);
#pragma warning restore CA2100
        for (var i = 0; i < row.Cells.Length; i++)
            command.Parameters.Add(Parameter(row.Table.Columns[i].Type, row.Cells[i]));
        command.Parameters.Add(Parameter(ColumnType.Integer, row.Seq));
        command.Parameters.Add(Parameter(ColumnType.Bytes, row.Seal));
        return command;
    }

    public static async Task LoadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Table table,
        Action<Row> take, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // The names are this program's own.
        await using var command = new NpgsqlCommand(Loads[table.Name], connection, transaction);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) take(Read(reader, table));
    }

    private static Row Read(NpgsqlDataReader reader, Table table)
    {
        var cells = new Cell[table.Columns.Count];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = reader.IsDBNull(i) ? Cell.Null : table.Columns[i].Type switch
            {
                ColumnType.Text => reader.GetString(i),
                ColumnType.Integer => reader.GetInt64(i),
                ColumnType.Bytes => reader.GetFieldValue<byte[]>(i),
            };
        return new Row(table, cells, reader.GetInt64(cells.Length), reader.GetFieldValue<byte[]>(cells.Length + 1));
    }

    private static NpgsqlParameter Parameter(ColumnType type, Cell cell) => new()
    {
        NpgsqlDbType = type switch
        {
            ColumnType.Text => NpgsqlDbType.Text,
            ColumnType.Integer => NpgsqlDbType.Bigint,
            ColumnType.Bytes => NpgsqlDbType.Bytea,
        },
        Value = (object?)cell.Text ?? (object?)cell.Integer ?? (object?)cell.Bytes ?? DBNull.Value,
    };

    private static string UpsertOf(Table table)
    {
        var columns = table.Columns.Select(c => c.Name).Append("seq").Append("seal").ToArray();
        var updates = columns.Skip(table.KeyColumns).Select(c => $"{c} = excluded.{c}");
        return $"INSERT INTO {table.Name} ({string.Join(", ", columns)}) " +
            $"VALUES ({string.Join(", ", columns.Select((_, i) => "$" + (i + 1)))}) " +
            $"ON CONFLICT ({string.Join(", ", columns.Take(table.KeyColumns))}) " +
            $"DO UPDATE SET {string.Join(", ", updates)}";
    }
}
