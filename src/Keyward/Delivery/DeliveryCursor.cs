using Keyward.Server;
using Keyward.Vault.Audit;

namespace Keyward.Delivery;

/// <summary>How far a sink has confirmed, in a file of its own in the data folder: what stands there was confirmed, so
/// a crash brings records twice but never loses one. It is written once a second at most, since each write costs the
/// disk a flush that operations wait for too. Belongs to one caller.</summary>
internal sealed class DeliveryCursor(string file, string log, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _saved = -1;
    private DateTimeOffset _savedAt;

    /// <summary>The index that goes out next.</summary>
    public long Next { get; private set; }

    /// <summary>Where the sink stands; <paramref name="first"/> for one that is new, or new to this log.</summary>
    public static DeliveryCursor Load(string file, string log, long first, TimeProvider time)
    {
        var cursor = new DeliveryCursor(file, log, time) { Next = first };
        if (File.Exists(file) && RecordReference.TryParse(File.ReadAllText(file).TrimEnd('\n'), out var reference)
            && reference.Origin == log && reference.Index is { } index) cursor.Next = cursor._saved = index;
        else cursor.Save();
        return cursor;
    }

    public void MoveTo(long next)
    {
        Next = next;
        if (time.GetUtcNow() - _savedAt >= Interval) Save();
    }

    public void Save()
    {
        if (_saved == Next) return;
        DataFolder.WriteSecret(file, System.Text.Encoding.UTF8.GetBytes(
            new RecordReference(log, Next, null) + "\n"));
        (_saved, _savedAt) = (Next, time.GetUtcNow());
    }
}
