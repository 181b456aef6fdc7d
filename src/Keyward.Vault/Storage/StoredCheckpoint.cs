namespace Keyward.Vault.Storage;

/// <summary>A log's checkpoint as the store keeps it: the store then knows a log that was put back or exchanged. It is
/// signed by the log's key, so the row needs no seal; rows are only ever added.</summary>
internal sealed record StoredCheckpoint(string Origin, long Size, byte[] Note, DateTimeOffset Time);
