using System.Buffers.Binary;
using System.Security.Cryptography;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;

namespace Keyward.Vault.Storage;

/// <summary>Which calls that named themselves (an idempotency key) were carried out among the last changes, whichever
/// node made them: the feed says it, in the same transaction as the change. In the feed such an operation is
/// SHA-256(frame(member, key, verb, resource)) ‖ the id of its record. Safe for concurrent use.</summary>
internal sealed class RecentOperations
{
    /// <summary>Changes that are looked back over: hours at a busy deployment, and a client repeats within
    /// minutes.</summary>
    public const int Kept = 10_000;

    private const int NameSizeBytes = SHA256.HashSizeInBytes;
    private const int SizeBytes = NameSizeBytes + 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Seq, UInt128 Record)> _done = new(StringComparer.Ordinal);
    private readonly Queue<(long Seq, string Name)> _order = new();

    public bool IsLoaded { get; private set; }

    public static byte[] Of(string member, string key, string verb, string resource, UInt128 record)
    {
        var operation = new byte[SizeBytes];
        SHA256.HashData(Frame.Of(Frame.Text(member), Frame.Text(key), Frame.Text(verb), Frame.Text(resource)),
            operation);
        BinaryPrimitives.WriteUInt128BigEndian(operation.AsSpan(NameSizeBytes), record);
        return operation;
    }

    /// <summary>The feed as it stands in the store; later entries are noted as they come.</summary>
    public void Load(IReadOnlyList<FeedEntry> entries)
    {
        Note(entries);
        IsLoaded = true;
    }

    public void Note(IReadOnlyList<FeedEntry> entries)
    {
        lock (_lock)
            foreach (var entry in entries)
            {
                if (entry.OperationId.Length == SizeBytes && _done.TryAdd(NameOf(entry.OperationId),
                    (entry.Seq, BinaryPrimitives.ReadUInt128BigEndian(entry.OperationId.AsSpan(NameSizeBytes)))))
                    _order.Enqueue((entry.Seq, NameOf(entry.OperationId)));
                while (_order.TryPeek(out var oldest) && oldest.Seq <= entry.Seq - Kept)
                    _done.Remove(_order.Dequeue().Name);
            }
    }

    /// <summary>Why a call must not be carried out once more; null for one that was not. A call that changes twice is
    /// one call.</summary>
    public Refusal? Refuse(byte[]? operation, UInt128 record)
    {
        if (operation is null) return null;
        lock (_lock)
            return _done.TryGetValue(NameOf(operation), out var done) && done.Record != record
                ? AlreadyDone(done.Seq, done.Record) : null;
    }

    private static Refusal AlreadyDone(long seq, UInt128 record) => new(RefusalReason.AlreadyDone,
        $"This call was carried out already, as change {seq} by request {record:x32}; nothing was done again.");

    private static string NameOf(byte[] operation) => Convert.ToHexString(operation.AsSpan(0, NameSizeBytes));
}
