namespace Keyward.Vault.Audit.Index;

/// <summary>How often each text of a field stands in the records that a filter matches: from the index where it can say
/// so, else from the records themselves.</summary>
internal sealed class FieldCounts(IAuditLog log, LogIndex? index, RecordFilter filter, IndexField field)
{
    /// <summary>More records are not read for one question.</summary>
    public const int MaximumRead = 2_000_000;

    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly RecordFacts _facts = new(new RecordTexts());
    private int _read;

    /// <summary>By text; records that do not have the field stand under none.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    public long Matched { get; private set; }

    /// <summary>False where more records would have to be read than are.</summary>
    public async ValueTask<bool> RunAsync()
    {
        foreach (var part in index?.Count(filter, field, log.FirstIndex, log.Size)
            ?? [(null, Candidates.All(log.FirstIndex, log.Size))])
        {
            if (part.Count is { } count)
            {
                Matched += count.Matched;
                foreach (var (text, times) in count.Texts) Add(text, times);
            }

            if (part.Unread is { } rest && !await ReadAsync(rest).ConfigureAwait(false)) return false;
        }

        return true;
    }

    private async ValueTask<bool> ReadAsync(Candidates rest)
    {
        foreach (var run in rest.Split(IChapter.BlockSize, isDescending: false))
            await foreach (var (at, entry) in run.ReadAsync(log).ConfigureAwait(false))
            {
                if (++_read > MaximumRead) return false;
                _facts.Read(at, entry);
                if (!filter.Matches(_facts)) continue;
                Matched++;
                if (TextOf(_facts) is { } text) Add(text, 1);
            }

        return true;
    }

    private void Add(string text, long times) => _counts[text] = _counts.GetValueOrDefault(text) + times;

    private string? TextOf(RecordFacts facts) => field switch
    {
        // What is too long to be a name stands under none, as in the index.
        IndexField.Principal => facts.Principal is { } name && RecordTerms.OfPrincipal(name).Any() ? name : null,
        IndexField.Ip => facts.Ip is { } ip ? RecordFilter.AddressOf(ip)?.ToString() : null,
        IndexField.Operation => facts.Operation,
        IndexField.Outcome => facts.Outcome,
        IndexField.Project => facts.Project,
        IndexField.Key => facts.Resource is { } resource ? RecordTerms.KeyOf(resource) : null,
        IndexField.Unspecified or IndexField.ResourcePart or IndexField.PrincipalLocal or IndexField.Network =>
            throw new ArgumentOutOfRangeException(nameof(facts)),
    };
}
