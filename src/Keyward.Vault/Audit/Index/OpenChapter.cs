namespace Keyward.Vault.Audit.Index;

/// <summary>The chapter that is being gathered, in memory. One adds, anyone asks.</summary>
/// <param name="capacity">How many records are expected; it may be more or fewer.</param>
internal sealed class OpenChapter(long firstIndex, int capacity = 0) : IChapter
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IndexTerm, Posting> _postings = [];
    private readonly Dictionary<string, Posting[]> _resources = [];
    private readonly Dictionary<string, Posting[]> _principals = [];
    private readonly Dictionary<string, Posting[]> _addresses = [];
    private readonly List<(long Earliest, long Latest)> _times = [];
    private readonly RecordIds _ids = new(capacity);
    private int _count;

    public long FirstIndex { get; } = firstIndex;

    public int Count => Volatile.Read(ref _count);

    public long NextIndex => FirstIndex + Count;

    /// <summary>Its last record ends a chapter.</summary>
    public bool IsWhole => NextIndex % IChapter.Size == 0 && Count > 0;

    public void Add(RecordFacts facts)
    {
        lock (_lock)
        {
            var offset = _count;
            if (facts.Resource is { } resource) Note(_resources, resource, RecordTerms.OfResource, offset);
            if (facts.Principal is { } principal) Note(_principals, principal, RecordTerms.OfPrincipal, offset);
            if (facts.Ip is { } ip) Note(_addresses, ip, RecordTerms.OfIp, offset);
            Note(IndexField.Operation, facts.Operation, offset);
            Note(IndexField.Outcome, facts.Outcome, offset);
            Note(IndexField.Project, facts.Project, offset);
            if (facts.IdNumber is { } id) _ids.Add(id, offset);
            NoteTime(facts.TimeMicros);
            Volatile.Write(ref _count, offset + 1);
        }
    }

    public int[] Find(in IndexTerm term)
    {
        lock (_lock)
            return _postings.TryGetValue(term, out var posting)
                ? Posting.Read(posting.Bytes, posting.Count, int.MaxValue)!
                : [];
    }

    public int[] FindId(ulong id)
    {
        lock (_lock) return _ids.Find(id);
    }

    public IReadOnlyList<(string Text, int[] Offsets)> TermsOf(IndexField field)
    {
        lock (_lock)
            return
            [
                .. _postings.Where(p => p.Key.Field == field).Select(p => (p.Key.Text,
                    Posting.Read(p.Value.Bytes, p.Value.Count, int.MaxValue)!)),
            ];
    }

    public (long Earliest, long Latest) TimesOf(int block)
    {
        lock (_lock) return _times[block];
    }

    /// <summary>For who writes it down; nobody adds any more.</summary>
    public IEnumerable<(IndexTerm Term, Posting Posting)> Terms => _postings.Select(p => (p.Key, p.Value));

    public IReadOnlyList<(long Earliest, long Latest)> Times => _times;

    public RecordIds Ids => _ids;

    /// <summary>Few names stand in many records: what terms they have is worked out once.</summary>
    private void Note(Dictionary<string, Posting[]> known, string text,
        Func<string, IEnumerable<IndexTerm>> terms, int offset)
    {
        if (!known.TryGetValue(text, out var postings))
            known[text] = postings = [.. terms(text).Select(PostingOf)];
        foreach (var posting in postings) posting.Add(offset);
    }

    private void Note(IndexField field, string? text, int offset)
    {
        if (text is not null) PostingOf(new IndexTerm(field, text)).Add(offset);
    }

    private void NoteTime(long micros)
    {
        if (_count % IChapter.BlockSize == 0) _times.Add((micros, micros));
        var (earliest, latest) = _times[^1];
        _times[^1] = (Math.Min(earliest, micros), Math.Max(latest, micros));
    }

    private Posting PostingOf(IndexTerm term)
    {
        if (!_postings.TryGetValue(term, out var posting)) _postings[term] = posting = new Posting();
        return posting;
    }
}
