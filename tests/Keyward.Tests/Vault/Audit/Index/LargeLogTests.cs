using System.Diagnostics;
using System.Globalization;
using Keyward.Tests.Vault.Audit.Verification;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Anomalies;
using Keyward.Vault.Audit.Index;

namespace Keyward.Tests.Vault.Audit.Index;

/// <summary>A log on disk with all that is made of it, verified, followed and asked. KEYWARD_LOG_RECORDS and
/// KEYWARD_LOG_RECORD_BYTES make it as large as one likes, for the figures of docs/performance.md, which the test's
/// output then has; TMPDIR says where it lies.</summary>
public sealed class LargeLogTests(ITestOutputHelper output)
{
    private const int Few = 70_000;
    private const int RareUses = 10;

    /// <summary>What a record of the server's has, mostly.</summary>
    private const int UsualBytes = 700;

    private static readonly DateTimeOffset Begin = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly int _count = Setting("KEYWARD_LOG_RECORDS", Few);

    private readonly Random _random = new(20260501);

    [Fact]
    public async Task A_large_log_is_verified_followed_and_asked()
    {
        using var written = await WrittenLog.OfAsync(0);
        using var log = written.Open();
        var bytes = await TimeAsync("write", () => WriteAsync(log));
        output.WriteLine(FormattableString.Invariant($"{bytes / _count} bytes a record"));
        using var followed = FollowedLog.Open(log, Path.Combine(written.Folder, "index"), TimeProvider.System, AnomalySettings.Default);
        await TimeAsync("follow, all folds", async () =>
        {
            while (followed.Follower.LagEntries > 0 || followed.Index.Next < _count) await followed.Follower.StepAsync(default);
            return 0;
        });
        output.WriteLine(FormattableString.Invariant($"index: {followed.Index.SizeBytes / 1e6:0.0} MB of {_count:N0} records"));
        var rare = new RecordFilter { Key = "rare" };
        Assert.Equal(RareUses, await AskAsync(log, followed.Index, "a key of ten uses, first time", rare));
        Assert.Equal(RareUses, await AskAsync(log, followed.Index, "the same again", rare));
        Assert.Equal(0, await AskAsync(log, followed.Index, "a key that is not there", new RecordFilter { Key = "none" }));
        Assert.Equal(20, await AskAsync(log, followed.Index, "the newest 20 of a busy key",
            new RecordFilter { Key = "k7", Operation = "decrypt" }, 20));
        Assert.Equal(20, await AskAsync(log, followed.Index, "20 refusals of one account from one network",
            new RecordFilter { Principal = "app-3", Outcome = "denied", Source = RecordFilter.ParseSource("10.1.3.0/24") }, 20));
        var middle = Begin.AddMilliseconds(_count / 2 * 50.0);
        Assert.Equal(1_000, await AskAsync(log, followed.Index, "a thousand of one minute in the middle",
            new RecordFilter { Since = middle, Until = middle.AddMinutes(1) }, 1_000));
        var counted = new FieldCounts(log, followed.Index, new RecordFilter { Outcome = "denied" }, IndexField.Principal);
        Assert.True(await TimeAsync("refusals counted by account", async () => await counted.RunAsync()));
        Assert.Equal(counted.Matched, counted.Counts.Values.Sum());
        if (_count > Few)
            output.WriteLine("scan: " + await ScanAsync(log, rare));
        Assert.True(followed.Usage.Find("projects").Count > 200);
        var report = await TimeAsync("verify", () => written.VerifyAsync());
        Assert.Empty(report.Faults);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    /// <summary>Returns the bytes of all records.</summary>
    private async Task<long> WriteAsync(AuditLog log)
    {
        var bytes = 0L;
        var agent = new string('a', Math.Max(0, Setting("KEYWARD_LOG_RECORD_BYTES", UsualBytes) - Record(0, "").Length));
        for (var written = 0; written < _count;)
        {
            var appends = new List<Task>();
            for (; written < _count && appends.Count < 20_000; written++)
            {
                var record = Record(written, agent);
                bytes += record.Length;
                appends.Add(log.AppendAsync(record).AsTask());
            }

            await Task.WhenAll(appends);
        }

        await log.Tree!.CoverAsync(_count);
        return bytes;
    }

    private byte[] Record(int index, string agent)
    {
        var isRare = index % (_count / RareUses) == 17;
        var app = _random.Next(50);
        return new RecordText(Begin.AddMilliseconds(index * 50.0),
            ((string[])["encrypt", "decrypt", "sign"])[_random.Next(3)])
        {
            Key = "projects/default/locations/global/keyRings/ring/cryptoKeys/" + (isRare ? "rare" : $"k{_random.Next(300)}"),
            Version = 1, Principal = $"app-{app}@default.iam", Ip = $"10.1.{app}.{_random.Next(200)}",
            Outcome = _random.Next(50) == 0 ? "denied" : "ok", Agent = agent,
        }.ToBytes();
    }

    private Task<int> AskAsync(AuditLog log, LogIndex index, string what, RecordFilter filter, int limit = 1_000) =>
        TimeAsync(what, async () => (await new RecordSearch(log, index, filter).BackwardAsync(long.MaxValue, limit)).Records.Count);

    private static async Task<string> ScanAsync(AuditLog log, RecordFilter filter)
    {
        var began = Stopwatch.GetTimestamp();
        var (found, below) = (0, long.MaxValue);
        while (true)
        {
            var page = await new RecordSearch(log, null, filter).BackwardAsync(below, 1_000);
            found += page.Records.Count;
            if (page.AtEnd) return $"{found} found in {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms";
            below = page.NextIndex;
        }
    }

    private async Task<T> TimeAsync<T>(string what, Func<Task<T>> run)
    {
        var began = Stopwatch.GetTimestamp();
        var result = await run();
        output.WriteLine(FormattableString.Invariant($"{what}: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0.0} ms"));
        return result;
    }
}
