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
    private long _savedTold;
    private long? _savedAt;

    /// <summary>The index that goes out next.</summary>
    public long Next { get; private set; }

    /// <summary>Up to which index a filtered sink was told what it did not get.</summary>
    public long Told { get; set; }

    /// <summary>Where the sink stands; <paramref name="first"/> for one that is new, or new to this log.</summary>
    public static DeliveryCursor Load(string file, string log, long first, TimeProvider time)
    {
        var cursor = new DeliveryCursor(file, log, time) { Next = first, Told = first };
        var lines = File.Exists(file) ? File.ReadAllText(file).Split('\n') : [];
        if (IndexOf(lines, 0, log) is { } index)
        {
            cursor.Next = cursor._saved = index;
            cursor.Told = cursor._savedTold = Math.Min(index, IndexOf(lines, 1, log) ?? index);
        }
        else cursor.Save();
        return cursor;
    }

    public void MoveTo(long next)
    {
        Next = next;
        if (_savedAt is not { } at || time.GetElapsedTime(at) >= Interval) Save();
    }

    public void Save()
    {
        if (_saved == Next && _savedTold == Told) return;
        var text = new RecordReference(log, Next, null) + "\n";
        if (Told != Next) text += new RecordReference(log, Told, null) + "\n";
        DataFolder.WriteSecret(file, System.Text.Encoding.UTF8.GetBytes(text));
        (_saved, _savedTold, _savedAt) = (Next, Told, time.GetTimestamp());
    }

    private static long? IndexOf(string[] lines, int number, string log) => number < lines.Length
        && RecordReference.TryParse(lines[number], out var reference) && reference.Origin == log
        ? reference.Index : null;
}
