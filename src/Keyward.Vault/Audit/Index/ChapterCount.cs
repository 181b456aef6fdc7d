using System.Collections;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Index;

/// <summary>What one chapter says of how often each text of a field stands in the records that a filter matches,
/// without a record being read; and those records of which it cannot say whether they match.</summary>
internal sealed record ChapterCount(IReadOnlyList<(string Text, int Count)> Texts, int Matched, long[] Unsure)
{
    /// <summary>The records from one index up to another.</summary>
    public static ChapterCount Of(IChapter chapter, RecordFilter filter,
        IReadOnlyList<IReadOnlyList<IndexTerm>> clauses, IndexField field, long begin, long end)
    {
        var found = ChapterSearch.Find(chapter, filter, clauses, begin, end);
        // Made-up names of very many parts stand under one term: which of them match only they can say.
        if (!RecordTerms.SayAll(filter) || (filter.Key is not null && chapter.Find(RecordTerms.ManyParts).Length > 0))
            return new ChapterCount([], 0, found);
        var sure = new BitArray(chapter.Count);
        var unsure = new List<long>();
        var matched = 0;
        foreach (var index in found)
        {
            var offset = (int)(index - chapter.FirstIndex);
            if (!IsWholeInTime(chapter, filter, offset / IChapter.BlockSize)) unsure.Add(index);
            else
            {
                sure[offset] = true;
                matched++;
            }
        }

        return new ChapterCount(matched == 0 ? [] : CountIn(chapter, field, sure), matched, [.. unsure]);
    }

    private static List<(string, int)> CountIn(IChapter chapter, IndexField field, BitArray sure)
    {
        var texts = new List<(string, int)>();
        foreach (var (text, offsets) in chapter.TermsOf(field))
        {
            // The chapter may grow meanwhile: what is beyond is another's to count.
            var count = offsets.Count(o => o < sure.Length && sure[o]);
            if (count > 0) texts.Add((text, count));
        }

        return texts;
    }

    private static bool IsWholeInTime(IChapter chapter, RecordFilter filter, int block)
    {
        if (filter.Since is null && filter.Until is null) return true;
        var (earliest, latest) = chapter.TimesOf(block);
        return earliest > 0 && (filter.Since is not { } since || earliest >= Micros.Of(since) + 1)
            && (filter.Until is not { } until || latest + 1 < Micros.Of(until));
    }
}
