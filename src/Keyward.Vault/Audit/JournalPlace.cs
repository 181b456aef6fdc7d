namespace Keyward.Vault.Audit;

/// <summary>Where a reading of the journal ended: the frame of this index begins there. Belongs to one
/// reader.</summary>
internal sealed class JournalPlace
{
    public JournalSegment? Segment { get; set; }

    public long Index { get; set; }

    public long Offset { get; set; }

    /// <summary>What is read there lies in here, good until the next reading; without it in bytes of its own.</summary>
    public ReadBuffer? Buffer { get; init; }

    /// <summary>The list that the last reading gave; the next one gives it again.</summary>
    public List<(long Index, ReadOnlyMemory<byte> Entry)> Found { get; } = [];
}
