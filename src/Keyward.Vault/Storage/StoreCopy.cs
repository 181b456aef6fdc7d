namespace Keyward.Vault.Storage;

/// <summary>All that a store must be made of again, as of one moment: the counter, the rows, the records that may not
/// be in a log yet, and the newest checkpoint of each log. The feed is not part of it: whoever follows loads
/// anew.</summary>
internal sealed record StoreCopy(
    Counter Counter, IReadOnlyList<Row> Rows, IReadOnlyList<OutboxEntry> Outbox,
    IReadOnlyList<StoredCheckpoint> Checkpoints)
{
    public StoredState State => new(Counter, PackedRows.Of(Rows));
}
