using System.Collections.Immutable;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit.Index;

/// <summary>Which records may be what a filter asks for: found by chapters of 65,536 records, each a file that is
/// written once, beside the log. It is made of the log and never the truth: what is missing or damaged is made anew,
/// and until then those records are read one by one. The follower adds; anyone asks.</summary>
internal sealed class LogIndex : ILogFold
{
    /// <summary>So many chapters are checked at a step without new records, some ten milliseconds: a log of a hundred
    /// million has 1,526 of them, and whoever asks first after a start should not wait for all.</summary>
    private const int CheckedAtOnce = 16;

    private readonly string _folder;
    private readonly ITreeFiles _files;
    private readonly IAuditLog _log;
    private readonly Lock _lock = new();
    private volatile ImmutableSortedDictionary<long, ChapterFile> _chapters;
    private volatile OpenChapter _open;
    private volatile bool _hasGap;
    private long _damaged;
    private long _settledAt = -1;

    private LogIndex(string folder, ITreeFiles files, IAuditLog log, ImmutableSortedDictionary<long, ChapterFile> found)
    {
        (_folder, _files, _log, _chapters) = (folder, files, log, found);
        _open = new OpenChapter(NextMissing(0));
    }

    /// <param name="folder">Its own, in the log's.</param>
    public static LogIndex Open(string folder, ITreeFiles files, IAuditLog log)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<long, ChapterFile>();
        foreach (var path in Directory.GetFiles(folder, "*.chapter"))
        {
            // One that reaches beyond the log's end was made of another history of it.
            if (ChapterFile.TryOpen(path, log.Origin) is { } chapter
                && chapter.FirstIndex + chapter.Count <= log.Size
                && Path.Combine(folder, ChapterForm.NameOf(chapter.FirstIndex)) == path)
                found[NumberOf(chapter.FirstIndex)] = chapter;
            else File.Delete(path);
        }

        return new LogIndex(folder, files, log, found.ToImmutable());
    }

    public long Next => _open.NextIndex;

    /// <summary>Chapters that were found damaged since the start.</summary>
    public long Damaged => Volatile.Read(ref _damaged);

    public long SizeBytes => _chapters.Values.Sum(c => (long)c.SizeBytes);

    public void Add(RecordFacts facts)
    {
        var open = _open;
        // What was to come was pruned before it was read.
        if (facts.Index > open.NextIndex) _open = open = new OpenChapter(facts.Index);
        open.Add(facts);
        if (!open.IsWhole) return;
        var name = ChapterForm.NameOf(open.FirstIndex);
        _files.WriteAside(name, ChapterForm.Write(open, _log.Origin));
        _files.FlushAside(name);
        _files.Publish(name);
        if (ChapterFile.TryOpen(Path.Combine(_folder, name), _log.Origin) is { } chapter) Put(chapter);
        _open = new OpenChapter(NextMissing(NumberOf(open.FirstIndex) + 1), IChapter.Size);
    }

    /// <summary>Chapters of records that are gone go too, and those that were damaged are made anew.</summary>
    public void Settle(bool isLast)
    {
        foreach (var chapter in _chapters.Values)
        {
            if (chapter.FirstIndex + chapter.Count > _log.FirstIndex) break;
            Remove(chapter);
        }

        if (Next == _settledAt && !isLast) CheckSome();
        _settledAt = Next;
        if (!_hasGap) return;
        _hasGap = false;
        _open = new OpenChapter(NextMissing(0));
    }

    /// <summary>The records from one index up to another that a filter may match, in runs: ascending, or descending
    /// where that is asked. Every record that it matches is among them.</summary>
    public IEnumerable<Candidates> Find(RecordFilter filter, long from, long to, bool isDescending)
    {
        from = Math.Max(from, _log.FirstIndex);
        if (from >= to) yield break;
        var clauses = RecordTerms.Of(filter);
        var (first, last) = (NumberOf(from), NumberOf(to - 1));
        for (var i = 0L; i <= last - first; i++)
        {
            var number = isDescending ? last - i : first + i;
            var begin = Math.Max(from, number * IChapter.Size);
            var end = Math.Min(to, (number + 1) * IChapter.Size);
            var parts = InChapter(ChapterAt(number), filter, clauses, begin, end);
            foreach (var part in isDescending ? parts.AsEnumerable().Reverse() : parts) yield return part;
        }
    }

    /// <summary>Counts chapter by chapter; what a chapter cannot say is to be read.</summary>
    public IEnumerable<(ChapterCount? Count, Candidates? Unread)> Count(
        RecordFilter filter, IndexField field, long from, long to)
    {
        var clauses = RecordTerms.Of(filter);
        for (var begin = from; begin < to; begin = Math.Min(to, (NumberOf(begin) + 1) * IChapter.Size))
        {
            var end = Math.Min(to, (NumberOf(begin) + 1) * IChapter.Size);
            var chapter = ChapterAt(NumberOf(begin));
            var knownFrom = Math.Clamp(chapter?.FirstIndex ?? end, begin, end);
            var knownTo = Math.Clamp((chapter?.FirstIndex + chapter?.Count) ?? end, knownFrom, end);
            if (begin < knownFrom) yield return (null, Candidates.All(begin, knownFrom));
            if (chapter is null || knownFrom == knownTo) continue;
            var count = Asked(chapter,
                c => ChapterCount.Of(c, filter, clauses, field, knownFrom, knownTo));
            if (count is null) yield return (null, Candidates.All(knownFrom, knownTo));
            else yield return (count, count.Unsure.Length == 0 ? null : Candidates.Some(count.Unsure));
            if (knownTo < end) yield return (null, Candidates.All(knownTo, end));
        }
    }

    /// <summary>A chapter may know fewer records than lie in its bounds: the rest is read one by one.</summary>
    private List<Candidates> InChapter(IChapter? chapter, RecordFilter filter,
        IReadOnlyList<IReadOnlyList<IndexTerm>> clauses, long begin, long end)
    {
        if (chapter is null) return [Candidates.All(begin, end)];
        // It may grow meanwhile: what counts is what it knew here.
        var knownFrom = Math.Clamp(chapter.FirstIndex, begin, end);
        var knownTo = Math.Clamp(chapter.FirstIndex + chapter.Count, begin, end);
        if (Asked(chapter, c => ChapterSearch.Find(c, filter, clauses, knownFrom, knownTo)) is not { } known)
            return [Candidates.All(begin, end)];
        var parts = new List<Candidates>();
        if (begin < knownFrom) parts.Add(Candidates.All(begin, knownFrom));
        if (known.Length > 0) parts.Add(Candidates.Some(known));
        if (knownTo < end) parts.Add(Candidates.All(knownTo, end));
        return parts;
    }

    /// <summary>Null where the chapter cannot say: it is damaged, and goes.</summary>
    private T? Asked<T>(IChapter chapter, Func<IChapter, T> ask) where T : class
    {
        try
        {
            return ask(chapter);
        }
        catch (InvalidDataException)
        {
            Interlocked.Increment(ref _damaged);
            Remove(chapter);
            _hasGap = true;
            return null;
        }
    }

    private void CheckSome()
    {
        foreach (var chapter in _chapters.Values.Where(c => !c.IsChecked).Take(CheckedAtOnce))
            Asked(chapter, c =>
            {
                chapter.Check();
                return c;
            });
    }

    private void Put(ChapterFile chapter)
    {
        lock (_lock) _chapters = _chapters.SetItem(NumberOf(chapter.FirstIndex), chapter);
    }

    private void Remove(IChapter chapter)
    {
        lock (_lock) _chapters = _chapters.Remove(NumberOf(chapter.FirstIndex));
        File.Delete(Path.Combine(_folder, ChapterForm.NameOf(chapter.FirstIndex)));
    }

    private IChapter? ChapterAt(long number)
    {
        if (_chapters.TryGetValue(number, out var chapter)) return chapter;
        var open = _open;
        return open.Count > 0 && NumberOf(open.FirstIndex) == number ? open : null;
    }

    /// <summary>Where the first chapter begins that is not there yet.</summary>
    private long NextMissing(long number)
    {
        number = Math.Max(number, NumberOf(_log.FirstIndex));
        while (_chapters.ContainsKey(number)) number++;
        return Math.Max(number * IChapter.Size, _log.FirstIndex);
    }

    private static long NumberOf(long index) => index / IChapter.Size;
}
