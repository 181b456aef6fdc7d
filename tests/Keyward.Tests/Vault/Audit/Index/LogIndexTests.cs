using Keyward.Tests.Conformance;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Tests.Vault.Audit.Index;

/// <summary>The index finds what reading every record finds, whatever became of its files.</summary>
public sealed class LogIndexTests : IDisposable
{
    private const int Seed = 20260301;

    private readonly TemporaryFolder _folder = new();
    private readonly ListLog _log = new();
    private readonly GeneratedRecords _records = new(Seed);

    [Fact]
    public async Task The_index_finds_what_reading_every_record_finds()
    {
        // Two whole chapters, one that is gathered, and records that it has not seen yet.
        var index = Opened();
        Write((2 * IChapter.Size) + 9_000);
        await FollowAsync(index);
        Write(700);
        Assert.Equal(2, Files().Length);
        for (var i = 0; i < 30; i++) await AssertSameAsync(index);
    }

    [Fact]
    public async Task An_index_that_is_opened_again_or_gone_is_made_of_the_log()
    {
        Write(IChapter.Size + 500);
        await FollowAsync(Opened());
        var again = Opened();
        Assert.Equal(IChapter.Size, again.Next);
        await AssertSameAsync(again);
        foreach (var file in Files()) File.Delete(file);
        var anew = Opened();
        Assert.Equal(0, anew.Next);
        await AssertSameAsync(anew);
        await FollowAsync(anew);
        Assert.Single(Files());
        for (var i = 0; i < 4; i++) await AssertSameAsync(anew);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.001)]
    [InlineData(0.01)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public async Task A_damaged_file_finds_nothing_less_and_is_made_anew(double place)
    {
        Write(IChapter.Size + 500);
        var index = Opened();
        await FollowAsync(index);
        var bytes = await File.ReadAllBytesAsync(Files()[0]);
        var spoilt = bytes.ToArray();
        spoilt[(int)(place * bytes.Length)] ^= 0x10;
        await File.WriteAllBytesAsync(Files()[0], spoilt);
        for (var i = 0; i < 6; i++) await AssertSameAsync(index);
        var again = Opened();
        for (var i = 0; i < 6; i++) await AssertSameAsync(again);
        await FollowAsync(again);
        await AssertSameAsync(again);
        await FollowAsync(again);
        // A flipped bit that no question met may stand: the file is as it was, or was made anew.
        Assert.Contains(await File.ReadAllBytesAsync(Files()[0]), (byte[][])[bytes, spoilt]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(64)]
    [InlineData(5_000)]
    public async Task A_torn_file_is_made_anew(int length)
    {
        Write(IChapter.Size + 10);
        await FollowAsync(Opened());
        var bytes = await File.ReadAllBytesAsync(Files()[0]);
        await File.WriteAllBytesAsync(Files()[0], bytes[..length]);
        var again = Opened();
        Assert.Equal(0, again.Next);
        await FollowAsync(again);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Files()[0]));
        await AssertSameAsync(again);
    }

    [Fact]
    public async Task After_a_start_all_is_checked_before_anybody_asks()
    {
        Write((2 * IChapter.Size) + 10);
        await FollowAsync(Opened());
        var bytes = await File.ReadAllBytesAsync(Files()[1]);
        var altered = bytes.ToArray();
        altered[100] ^= 1;
        await File.WriteAllBytesAsync(Files()[1], altered);
        var again = Opened();
        again.Settle(isLast: false);
        Assert.Equal(0, again.Damaged);
        again.Settle(isLast: false);
        Assert.Equal(1, again.Damaged);
        await FollowAsync(again);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Files()[1]));
        await AssertSameAsync(again);
    }

    [Fact]
    public async Task A_file_that_is_damaged_while_it_is_used_is_made_anew()
    {
        Write((2 * IChapter.Size) + 10);
        var index = Opened();
        await FollowAsync(index);
        var bytes = await File.ReadAllBytesAsync(Files()[0]);
        File.Delete(Files()[0]);
        await PageAsync(index, new RecordFilter { Outcome = "denied" }, isBackward: false);
        Assert.Equal(1, index.Damaged);
        await FollowAsync(index);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Files()[0]));
        Assert.Equal(_log.Size, index.Next);
        await AssertSameAsync(index);
    }

    [Fact]
    public async Task Another_history_of_the_log_does_not_take_over_its_index()
    {
        Write(IChapter.Size + 10);
        await FollowAsync(Opened());
        _log.Entries.RemoveRange(IChapter.Size - 10, 20);
        Assert.Equal(0, Opened().Next);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Pruned_records_leave_the_index()
    {
        Write((2 * IChapter.Size) + 10);
        var index = Opened();
        await FollowAsync(index);
        _log.FirstIndex = IChapter.Size + 512;
        await FollowAsync(index);
        Assert.Single(Files());
        await AssertSameAsync(index);
        // What is left of a chapter is enough to make it of.
        File.Delete(Files()[0]);
        var anew = Opened();
        await FollowAsync(anew);
        Assert.Single(Files());
        for (var i = 0; i < 4; i++) await AssertSameAsync(anew);
    }

    public void Dispose() => _folder.Dispose();

    private string[] Files() => [.. Directory.GetFiles(_folder.Path, "*.chapter").Order(StringComparer.Ordinal)];

    private LogIndex Opened() => LogIndex.Open(_folder.Path, new TreeFiles(_folder.Path), _log);

    private void Write(int count)
    {
        for (var i = 0; i < count; i++) _log.Entries.Add(_records.Next());
    }

    private async Task FollowAsync(LogIndex index)
    {
        using var follower = new LogFollower(_log, [index], TimeProvider.System);
        while (await follower.StepAsync(default))
        {
        }

        while (await follower.StepAsync(default))
        {
        }

        Assert.Equal(0, follower.LagEntries);
    }

    private async Task AssertSameAsync(LogIndex index)
    {
        var filter = _records.Filter();
        var isBackward = _records.Number(2) == 0;
        var at = _records.Number(2) == 0 ? _records.Number((int)_log.Size) : isBackward ? _log.Size : 0;
        var expected = Expected(filter, isBackward, at);
        var found = await AllAsync(index, filter, isBackward, at);
        Assert.True(expected.SequenceEqual(found), $"{filter}: {expected.Count} records, {found.Count} found");
        if (_records.Number(10) == 0) Assert.Equal(expected, await AllAsync(null, filter, isBackward, at));
        if (_records.Number(6) != 0) return;
        await AssertCountsAsync(index, filter);
        var chosen = (int)_log.FirstIndex + _records.Number((int)(_log.Size - _log.FirstIndex));
        if (RecordFields.IdOf(_log.Entries[chosen]) is { } id)
            Assert.Equal([chosen], await AllAsync(index, new RecordFilter { Id = id }, true, long.MaxValue));
        Assert.Empty(await AllAsync(index, new RecordFilter { Id = new string('0', 31) + "7" }, true, long.MaxValue));
    }

    private async Task AssertCountsAsync(LogIndex index, RecordFilter filter)
    {
        var field = ((IndexField[])[IndexField.Key, IndexField.Principal, IndexField.Ip, IndexField.Operation,
            IndexField.Outcome, IndexField.Project])[_records.Number(6)];
        var counts = new FieldCounts(_log, index, filter, field);
        Assert.True(await counts.RunAsync());
        var plain = Enumerable.Range((int)_log.FirstIndex, (int)(_log.Size - _log.FirstIndex))
            .Where(i => PlainSearch.Matches(filter, _log.Entries[i])).ToList();
        Assert.Equal(plain.Count, counts.Matched);
        var texts = plain.Select(i => PlainSearch.TextOf(field, _log.Entries[i])).OfType<string>().CountBy(t => t);
        Assert.Equal(texts.OrderBy(t => t.Key, StringComparer.Ordinal),
            counts.Counts.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => KeyValuePair.Create(t.Key, (int)t.Value)));
    }

    private List<long> Expected(RecordFilter filter, bool isBackward, long at)
    {
        var (from, to) = isBackward ? (_log.FirstIndex, at) : (Math.Max(at, _log.FirstIndex), _log.Size);
        var all = new List<long>();
        for (var i = from; i < to; i++)
            if (PlainSearch.Matches(filter, _log.Entries[(int)i])) all.Add(i);
        if (isBackward) all.Reverse();
        return all;
    }

    private async Task<List<long>> AllAsync(LogIndex? index, RecordFilter filter, bool isBackward, long at)
    {
        var all = new List<long>();
        while (true)
        {
            var page = await PageAsync(index, filter, isBackward, at);
            all.AddRange(page.Records.Select(r => r.Index));
            if (page.AtEnd) return all;
            at = page.NextIndex;
        }
    }

    private async Task<RecordPage> PageAsync(LogIndex? index, RecordFilter filter, bool isBackward, long at = 0)
    {
        var search = new RecordSearch(_log, index, filter);
        return isBackward ? await search.BackwardAsync(at, 1_000) : await search.ForwardAsync(at, 1_000);
    }
}
