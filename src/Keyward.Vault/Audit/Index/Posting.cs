using System.Buffers;

namespace Keyward.Vault.Audit.Index;

/// <summary>Where in a chapter a term stands: ascending numbers, kept as differences of as few bytes as they
/// need.</summary>
internal sealed class Posting
{
    private const int FirstSizeBytes = 8;

    private byte[] _bytes = new byte[FirstSizeBytes];
    private int _length;
    private int _last = -1;

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Adds a number that is not below the last one; the same one twice counts once.</summary>
    public void Add(int offset)
    {
        if (offset == _last) return;
        var difference = (uint)(offset - _last);
        if (_length + 5 > _bytes.Length) Grow();
        while (difference >= 0x80)
        {
            _bytes[_length++] = unchecked((byte)(difference | 0x80));
            difference >>= 7;
        }

        _bytes[_length++] = (byte)difference;
        _last = offset;
        Count++;
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
        Bytes.CopyTo(larger);
        // The first ones are no array of the pool's.
        if (_bytes.Length > FirstSizeBytes) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }

    /// <summary>The numbers again; null where the bytes do not hold so many, each below the limit.</summary>
    public static int[]? Read(ReadOnlySpan<byte> bytes, int count, int limit)
    {
        if (count < 0 || count > bytes.Length) return null;
        var offsets = new int[count];
        var (at, last) = (0, -1L);
        for (var i = 0; i < count; i++)
        {
            var (difference, shift) = (0L, 0);
            while (true)
            {
                if (at == bytes.Length || shift > 28) return null;
                var b = bytes[at++];
                difference |= (long)(b & 0x7f) << shift;
                if (b < 0x80) break;
                shift += 7;
            }

            last += difference;
            if (difference == 0 || last >= limit) return null;
            offsets[i] = (int)last;
        }

        return at == bytes.Length ? offsets : null;
    }
}
