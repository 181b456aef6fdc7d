namespace Keyward.Vault.Storage;

/// <summary>This deployment: a random id that never changes, and the node's name in logs.</summary>
internal sealed record Deployment(string Id, DateTimeOffset CreateTime, string Node)
{
    public long Seq { get; init; }

    /// <summary>The id's 16 bytes.</summary>
    public byte[] IdBytes => Convert.FromHexString(Id);

    /// <summary>The domain of its accounts' e-mails begins with this.</summary>
    public string EmailLabel => Id[..12];

    public Cell[] ToCells() => [Id, Micros.Of(CreateTime), Node];

    public static Deployment Parse(Row row)
    {
        var cells = new RowReader(row);
        return new Deployment(cells.Text(), cells.Time(), cells.Text()) { Seq = row.Seq };
    }
}
