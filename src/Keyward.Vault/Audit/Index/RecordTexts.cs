using System.Text;
using System.Text.Json;

namespace Keyward.Vault.Audit.Index;

/// <summary>Keeps the texts that records repeat, so that reading them makes each only once. For one reader.</summary>
internal sealed class RecordTexts
{
    /// <summary>Beyond it the texts are forgotten and gathered anew: some of them, such as addresses, come and
    /// go.</summary>
    private const int MaximumKept = 65_536;

    private readonly Dictionary<byte[], string> _texts = new(Comparer.Instance);
    private Dictionary<byte[], string>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public RecordTexts() => _lookup = _texts.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The text at which a reader stands.</summary>
    public string Of(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped || reader.HasValueSequence) return reader.GetString() ?? "";
        if (_lookup.TryGetValue(reader.ValueSpan, out var known)) return known;
        if (_texts.Count >= MaximumKept) _texts.Clear();
        return _lookup[reader.ValueSpan] = Encoding.UTF8.GetString(reader.ValueSpan);
    }

    private sealed class Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Comparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] bytes) => GetHashCode(bytes.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
