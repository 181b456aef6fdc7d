using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Storage;

/// <summary>Reads a row's cells in their order into typed values. A cell of the wrong form is a
/// <see cref="FormatException"/>: the row was not written by this program.</summary>
internal ref struct RowReader(Row row)
{
    private int _next;

    public string Text() => row.Cells[_next++].Text ?? throw Malformed();

    public string? TextOrNull() => row.Cells[_next++].Text;

    public long Integer() => row.Cells[_next++].Integer ?? throw Malformed();

    public long? IntegerOrNull() => row.Cells[_next++].Integer;

    public int Int32() => (int)Integer();

    public byte[] Bytes() => row.Cells[_next++].Bytes ?? throw Malformed();

    public byte[]? BytesOrNull() => row.Cells[_next++].Bytes;

    public DateTimeOffset Time() => Micros.Time(Integer());

    public DateTimeOffset? TimeOrNull() => Micros.Time(IntegerOrNull());

    public PolicyState Policy()
    {
        var text = TextOrNull();
        return PolicyState.Parse(text, Integer());
    }

    public ProjectId Project() => ProjectId.TryParse(Text(), out var id) ? id : throw Malformed();

    public KeyRingName RingName()
    {
        var project = Project();
        if (!LocationId.TryParse(Text(), out var location)) throw Malformed();
        return new KeyRingName(new LocationName(project, location), Text());
    }

    public KeyName KeyName()
    {
        var ring = RingName();
        return new KeyName(ring, Text());
    }

    private FormatException Malformed() => new($"A row of {row.Table.Name} is malformed in column {_next - 1}.");
}
