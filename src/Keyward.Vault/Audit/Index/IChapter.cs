namespace Keyward.Vault.Audit.Index;

/// <summary>What is known of a run of records: in which of them each term stands, and their times by
/// blocks.</summary>
internal interface IChapter
{
    /// <summary>A block's times say whether it is worth a look.</summary>
    public const int BlockSize = 256;

    /// <summary>As many records as the leaves below one hash of the tree's third level: a number that is easily had
    /// from an index.</summary>
    public const int Size = BlockSize * 256;

    long FirstIndex { get; }

    int Count { get; }

    /// <summary>The numbers from <see cref="FirstIndex"/> on of the records that have a term, ascending. What cannot be
    /// read is an <see cref="InvalidDataException"/>.</summary>
    int[] Find(in IndexTerm term);

    /// <summary>The numbers of the records whose id begins with a number, see <see cref="RecordIds"/>.</summary>
    int[] FindId(ulong id);

    /// <summary>All terms of a field that the chapter has, and where each stands.</summary>
    IReadOnlyList<(string Text, int[] Offsets)> TermsOf(IndexField field);

    /// <summary>Earliest and latest time in a block of records, in microseconds since 1970.</summary>
    (long Earliest, long Latest) TimesOf(int block);
}
