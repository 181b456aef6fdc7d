using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Keyward.Vault.Audit;

/// <summary>One file of the journal: a header that names the log, the index of the first entry and the chain before it,
/// then frames. Its name is that index, so that names sort as entries do.</summary>
internal sealed class JournalSegment(string name, long firstIndex, byte[] chainBefore, int headerSizeBytes)
{
    /// <summary>An offset is remembered every so many entries, to begin reading near any index.</summary>
    private const int OffsetStep = 1_024;

    private static readonly byte[] Magic = "keywjrn1"u8.ToArray();

    private readonly Lock _lock = new();
    private readonly List<long> _offsets = [headerSizeBytes];

    public string Name { get; } = name;

    public long FirstIndex { get; } = firstIndex;

    public byte[] ChainBefore { get; } = chainBefore;

    public int HeaderSizeBytes { get; } = headerSizeBytes;

    public static string NameOf(long firstIndex) =>
        firstIndex.ToString("d20", CultureInfo.InvariantCulture) + ".journal";

    public static byte[] HeaderOf(string origin, long firstIndex, ReadOnlySpan<byte> chain)
    {
        var originBytes = Encoding.UTF8.GetBytes(origin);
        var header = new byte[Magic.Length + 8 + JournalFrame.ChainSizeBytes + 2 + originBytes.Length];
        Magic.CopyTo(header, 0);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(8), firstIndex);
        chain.CopyTo(header.AsSpan(16));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(48), (ushort)originBytes.Length);
        originBytes.CopyTo(header, 50);
        return header;
    }

    /// <summary>Null where the file does not begin with a whole header of this log.</summary>
    public static JournalSegment? TryParse(string name, ReadOnlySpan<byte> bytes, string origin)
    {
        if (bytes.Length < 50 || !bytes.StartsWith(Magic)) return null;
        var index = BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
        var originLength = BinaryPrimitives.ReadUInt16BigEndian(bytes[48..]);
        if (bytes.Length < 50 + originLength || NameOf(index) != name) return null;
        return Encoding.UTF8.GetString(bytes.Slice(50, originLength)) == origin
            ? new JournalSegment(name, index, bytes.Slice(16, JournalFrame.ChainSizeBytes).ToArray(), 50 + originLength)
            : null;
    }

    public void Remember(long index, long offset)
    {
        if ((index - FirstIndex) % OffsetStep != 0) return;
        var slot = (int)((index - FirstIndex) / OffsetStep);
        lock (_lock)
            if (slot == _offsets.Count) _offsets.Add(offset);
    }

    /// <summary>The remembered place nearest before an index.</summary>
    public (long Index, long Offset) Near(long index)
    {
        lock (_lock)
        {
            var slot = (int)Math.Min((index - FirstIndex) / OffsetStep, _offsets.Count - 1);
            return (FirstIndex + ((long)slot * OffsetStep), _offsets[slot]);
        }
    }
}
