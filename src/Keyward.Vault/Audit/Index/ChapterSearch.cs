using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Index;

/// <summary>Which records of a chapter a filter may match.</summary>
internal static class ChapterSearch
{
    public static long[] Find(IChapter chapter, RecordFilter filter,
        IReadOnlyList<IReadOnlyList<IndexTerm>> clauses, long begin, long end)
    {
        var count = chapter.Count;
        var from = (int)Math.Clamp(begin - chapter.FirstIndex, 0, count);
        var to = (int)Math.Clamp(end - chapter.FirstIndex, 0, count);
        if (from == to || !MayHold(chapter, filter, from, to)) return [];
        var found = filter.Id is { } id ? chapter.FindId(RecordIds.NumberOf(id)) : null;
        foreach (var clause in clauses)
        {
            var any = Any(chapter, clause);
            if (any.Length == 0) return [];
            found = found is null ? any : Both(found, any);
            if (found.Length == 0) return [];
        }

        var offsets = found ?? [.. Enumerable.Range(from, to - from)];
        return [.. offsets.Where(o => o >= from && o < to && InTime(chapter, filter, o / IChapter.BlockSize))
            .Select(o => chapter.FirstIndex + o)];
    }

    private static bool MayHold(IChapter chapter, RecordFilter filter, int from, int to)
    {
        if (filter.Since is null && filter.Until is null) return true;
        for (var block = from / IChapter.BlockSize; block <= (to - 1) / IChapter.BlockSize; block++)
            if (InTime(chapter, filter, block)) return true;
        return false;
    }

    private static bool InTime(IChapter chapter, RecordFilter filter, int block)
    {
        if (filter.Since is null && filter.Until is null) return true;
        var (earliest, latest) = chapter.TimesOf(block);
        // A time in microseconds is cut off, so the latest is taken for a little later.
        return (filter.Since is not { } since || latest + 1 >= Micros.Of(since))
            && (filter.Until is not { } until || earliest <= Micros.Of(until));
    }

    private static int[] Any(IChapter chapter, IReadOnlyList<IndexTerm> clause)
    {
        var found = chapter.Find(clause[0]);
        for (var i = 1; i < clause.Count; i++)
            if (chapter.Find(clause[i]) is { Length: > 0 } more)
                found = found.Length == 0 ? more : [.. found.Union(more).Order()];
        return found;
    }

    private static int[] Both(int[] one, int[] other)
    {
        if (other.Length < one.Length) (one, other) = (other, one);
        var both = new List<int>(one.Length);
        var at = 0;
        foreach (var offset in one)
        {
            while (at < other.Length && other[at] < offset) at++;
            if (at < other.Length && other[at] == offset) both.Add(offset);
        }

        return [.. both];
    }
}
