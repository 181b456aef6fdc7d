using Keyward.Vault.Storage;
using Microsoft.Data.Sqlite;

namespace Keyward.Stores.Sqlite;

/// <summary>The statements of the sealed rows' tables, made once from the tables' columns: every one names its columns,
/// and the tables differ in nothing else.</summary>
internal static class RowStatements
{
    public static SqliteCommand Upsert(SqliteConnection connection, Table table)
    {
        var columns = table.Columns.Select(c => c.Name).Append("seq").Append("seal").ToArray();
        var keys = columns.Take(table.KeyColumns);
        var updates = columns.Skip(table.KeyColumns).Select(c => $"{c} = excluded.{c}");
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // The names are this program's own; every value is a parameter.
        command.CommandText = $"INSERT INTO {table.Name} ({string.Join(", ", columns)}) " +
            $"VALUES ({string.Join(", ", columns.Select(c => "$" + c))}) " +
            $"ON CONFLICT ({string.Join(", ", keys)}) DO UPDATE SET {string.Join(", ", updates)}";
#pragma warning restore CA2100
        foreach (var column in columns) command.Parameters.Add(new SqliteParameter("$" + column, null));
        return command;
    }

    public static void Bind(SqliteCommand upsert, Row row)
    {
        for (var i = 0; i < row.Cells.Length; i++) upsert.Parameters[i].Value = ValueOf(row.Cells[i]);
        upsert.Parameters[row.Cells.Length].Value = row.Seq;
        upsert.Parameters[row.Cells.Length + 1].Value = row.Seal;
    }

    public static void Load(SqliteConnection connection, SqliteTransaction transaction, Table table,
        Action<Row> take)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The names are this program's own.
        command.CommandText =
            $"SELECT {string.Join(", ", table.Columns.Select(c => c.Name))}, seq, seal FROM {table.Name} " +
            $"ORDER BY {string.Join(", ", table.Columns.Take(table.KeyColumns).Select(c => c.Name))}";
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        while (reader.Read()) take(Read(reader, table));
    }

    /// <summary>A cell is read as what lies in it, not as what the column promises: an altered row must not stop the
    /// load
    /// of the others, its seal tells.</summary>
    private static Row Read(SqliteDataReader reader, Table table)
    {
        var cells = new Cell[table.Columns.Count];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = reader.GetValue(i) switch
            {
                string text => text,
                long integer => integer,
                byte[] bytes => bytes,
                double number => BitConverter.DoubleToInt64Bits(number),
                _ => Cell.Null,
            };
        var seq = reader.GetValue(cells.Length) is long value ? value : 0;
        var seal = reader.GetValue(cells.Length + 1) as byte[] ?? [];
        return new Row(table, cells, seq, seal);
    }

    private static object ValueOf(Cell cell) =>
        (object?)cell.Text ?? (object?)cell.Integer ?? (object?)cell.Bytes ?? DBNull.Value;
}
