using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Anomalies;

/// <summary>What one principal did lately, whatever the key: refusals, keys that were new to it, and of which kinds it
/// was told. Belongs to its fold.</summary>
internal sealed class PrincipalWatch(long firstMicros)
{
    /// <summary>No more is needed to see a burst.</summary>
    private const int MaximumRemembered = 256;

    public static readonly TimeSpan DenialSpan = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Queue<(long Micros, long Index, string Key)> _denials = [];
    private readonly Queue<(long Micros, long Index, string Key)> _newKeys = [];
    private readonly Dictionary<AnomalyKind, long> _told = [];

    public long FirstMicros { get; } = firstMicros;

    public long LastMicros { get; private set; } = firstMicros;

    public void Touch(long micros) => LastMicros = Math.Max(LastMicros, micros);

    /// <summary>Counts a refusal; gives how many there are, over how many keys, within ten minutes.</summary>
    public (int Count, int Keys, List<long> Evidence) Denied(long micros, long index, string key) =>
        Count(_denials, DenialSpan, micros, index, key);

    /// <summary>Counts a key that it never used before; gives how many within an hour.</summary>
    public (int Count, int Keys, List<long> Evidence) UsedNewKey(long micros, long index, string key) =>
        Count(_newKeys, Hour, micros, index, key);

    /// <summary>Whether a kind was told within an hour; from now on it was.</summary>
    public bool WasTold(AnomalyKind kind, long micros)
    {
        if (IsWithinHour(_told.GetValueOrDefault(kind), micros)) return true;
        _told[kind] = micros;
        return false;
    }

    /// <summary>Another kind within an hour makes both weigh more.</summary>
    public bool HasOther(AnomalyKind kind, long micros) =>
        _told.Any(t => t.Key != kind && IsWithinHour(t.Value, micros));

    public void Tell(AnomalyKind kind, long micros) => _told[kind] = micros;

    public void Write(BinaryWriter writer)
    {
        writer.Write(FirstMicros);
        writer.Write(LastMicros);
        Write(writer, _denials);
        Write(writer, _newKeys);
        writer.Write(_told.Count);
        foreach (var (kind, micros) in _told.OrderBy(t => t.Key))
        {
            writer.Write((int)kind);
            writer.Write(micros);
        }
    }

    public static PrincipalWatch Read(BinaryReader reader)
    {
        var watch = new PrincipalWatch(reader.ReadInt64()) { LastMicros = reader.ReadInt64() };
        Read(reader, watch._denials);
        Read(reader, watch._newKeys);
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var kind = (AnomalyKind)reader.ReadInt32();
            watch._told[kind] = reader.ReadInt64();
        }

        return watch;
    }

    private static bool IsWithinHour(long told, long micros) =>
        told != 0 && Micros.Time(micros) - Micros.Time(told) < Hour;

    private static (int Count, int Keys, List<long> Evidence) Count(
        Queue<(long Micros, long Index, string Key)> lately, TimeSpan span, long micros, long index, string key)
    {
        lately.Enqueue((micros, index, key));
        while (lately.Count > MaximumRemembered || Micros.Time(micros) - Micros.Time(lately.Peek().Micros) > span)
            lately.Dequeue();
        return (lately.Count, lately.Select(l => l.Key).Distinct().Count(),
            [.. lately.Select(l => l.Index).TakeLast(10)]);
    }

    private static void Write(BinaryWriter writer, Queue<(long Micros, long Index, string Key)> lately)
    {
        writer.Write(lately.Count);
        foreach (var (micros, index, key) in lately)
        {
            writer.Write(micros);
            writer.Write(index);
            writer.Write(key);
        }
    }

    private static void Read(BinaryReader reader, Queue<(long Micros, long Index, string Key)> lately)
    {
        for (var count = reader.ReadInt32(); count > 0; count--)
            lately.Enqueue((reader.ReadInt64(), reader.ReadInt64(), reader.ReadString()));
    }
}
