using Keyward.Tests.Conformance;
using Keyward.Tests.Vault.Audit.Index;
using Keyward.Vault.Audit.Anomalies;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Tests.Vault.Audit.Anomalies;

/// <summary>What is found in generated histories, and what is not; the rates stand in docs/guides/anomalies.md.</summary>
public sealed class AnomalyFoldTests : IDisposable
{
    /// <summary>Sixty-day histories without anything in them.</summary>
    private const int Quiet = 12;

    /// <summary>Histories with one event, of each kind.</summary>
    private const int Planted = 3;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Kinds => [.. AnomalyNames.Kinds.Select(k => k.Label())];

    [Fact]
    public async Task Ordinary_days_bring_hardly_a_finding()
    {
        var found = new List<Anomaly>();
        for (var seed = 1; seed <= Quiet; seed++)
            found.AddRange(await FindAsync(LogOf(new History(seed).Ordinary()), "quiet" + seed));
        // At most one in sixty days; the guide states what comes of it in the mean.
        Assert.True(found.Count <= Quiet / 4, string.Join('\n', found.Select(a => $"{a.Kind} {a.Principal} {a.Time:u} {a.Why}")));
        Assert.DoesNotContain(found, a => a.Severity >= AnomalySeverity.High);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_kind_is_found_by_its_name_with_its_record(string kind)
    {
        for (var seed = 1; seed <= Planted; seed++)
        {
            var log = LogOf(new History(100 + seed).With(kind));
            var found = await FindAsync(log, kind + seed);
            var own = found.Where(a => a.Kind.Label() == kind && a.Time >= History.End.AddDays(-1)).ToList();
            Assert.True(own.Count == 1, $"{kind}: {string.Join('\n', found.Select(a => $"{a.Kind} {a.Time:u} {a.Why}"))}");
            var record = RecordFacts.Of(log.Entries[(int)own[0].Evidence[^1]]);
            Assert.Equal((own[0].Principal, own[0].Time), (record.Principal, record.Time));
            // What came with it is about the same principal.
            Assert.All(found.Where(a => a.Time >= own[0].Time), a => Assert.Equal(own[0].Principal, a.Principal));
        }
    }

    [Fact]
    public async Task The_same_log_gives_the_same_findings_however_often_the_program_stopped()
    {
        var records = new History(7).With("fan_out");
        var whole = await FindAsync(LogOf(records), "whole");
        var log = LogOf([]);
        for (var from = 0; from < records.Count; from += 9_000)
        {
            log.Entries.AddRange(records.Skip(from).Take(9_000).Select(r => r.ToBytes()));
            // Every other stop is a crash: nothing is written, all since the last clean stop is read again.
            await FindAsync(log, "parts", isClean: from / 9_000 % 2 == 0);
        }

        var parts = await FindAsync(log, "parts");
        Assert.Equal(whole.Select(Text), parts.Select(Text));
        Assert.NotEmpty(whole);
    }

    [Fact]
    public async Task A_verdict_is_a_record_and_what_was_expected_is_not_told_again()
    {
        var log = LogOf(new History(8).With("new_source"));
        var anomaly = (await FindAsync(log, "verdict")).Single(a => a.Kind == AnomalyKind.NewSource);
        Assert.True(anomaly.IsOpen);
        log.Entries.Add(new RecordText(History.End, "judge_anomaly")
        {
            Principal = "ann@p.iam", Class = "admin_write", Key = "anomalies",
            Parameters = [("finding", anomaly.Id), ("verdict", "expected"), ("note", "moved")],
        }.ToBytes());
        log.Entries.Add(Elsewhere(History.End.AddDays(1), "198.51.100.1").ToBytes());
        var judged = (await FindAsync(log, "verdict")).Where(a => a.Kind == AnomalyKind.NewSource).ToList();
        Assert.Equal((AnomalyVerdict.Expected, "ann@p.iam", "moved"),
            (judged.Single().Verdict, judged[0].JudgedBy, judged[0].Note));
        log.Entries.Add(Elsewhere(History.End.AddDays(31), "198.51.103.1").ToBytes());
        Assert.Equal(2, (await FindAsync(log, "verdict")).Count(a => a.Kind == AnomalyKind.NewSource));
        // Made again of the log alone it is the same.
        Assert.Equal(
            (await FindAsync(log, "verdict")).Select(Text), (await FindAsync(log, "again")).Select(Text));
    }

    [Fact]
    public async Task Two_kinds_within_an_hour_weigh_more()
    {
        var log = LogOf(new History(9).With("new_source"));
        var at = (await FindAsync(log, "one")).Single(a => a.Kind == AnomalyKind.NewSource);
        Assert.Equal(AnomalySeverity.Medium, at.Severity);
        var burst = Enumerable.Range(0, 25).Select(i => new RecordText(at.Time.AddSeconds(i + 1), "decrypt")
        {
            Principal = at.Principal, Key = History.KeyOf(i % 6), Outcome = "denied",
        }.ToBytes());
        log.Entries.InsertRange((int)at.Evidence[^1] + 1, burst);
        Assert.Equal(AnomalySeverity.Critical,
            (await FindAsync(log, "two")).Single(a => a.Kind == AnomalyKind.DeniedBurst).Severity);
    }

    [Fact]
    public async Task What_is_switched_off_is_not_looked_for()
    {
        var log = LogOf(new History(10).With("volume"));
        var off = AnomalySettings.Default with { Off = new HashSet<AnomalyKind> { AnomalyKind.Volume } };
        Assert.DoesNotContain(await FindAsync(log, "off", settings: off), a => a.Kind == AnomalyKind.Volume);
        var late = AnomalySettings.Default with { VolumeSigmas = 1_000 };
        Assert.DoesNotContain(await FindAsync(log, "late", settings: late), a => a.Kind == AnomalyKind.Volume);
    }

    public void Dispose() => _folder.Dispose();

    private static RecordText Elsewhere(DateTimeOffset time, string ip) =>
        new(time, "decrypt") { Principal = "web@p.iam", Key = History.KeyOf(1), Version = 1, Ip = ip };

    private static string Text(Anomaly anomaly) => $"{anomaly with { Evidence = [] }} {string.Join(',', anomaly.Evidence)}"
        .Replace("System.Int64[]", "", StringComparison.Ordinal);

    private static ListLog LogOf(IReadOnlyList<RecordText> records)
    {
        var log = new ListLog();
        log.Entries.AddRange(records.Select(r => r.ToBytes()));
        return log;
    }

    private async Task<IReadOnlyList<Anomaly>> FindAsync(
        ListLog log, string name, bool isClean = true, AnomalySettings? settings = null)
    {
        var fold = AnomalyFold.Open(new TreeFiles(_folder.In(name)), log, settings ?? AnomalySettings.Default);
        var follower = new LogFollower(log, [fold], TimeProvider.System);
        while (await follower.StepAsync(default))
        {
        }

        if (isClean) follower.Dispose();
        return [.. fold.All.OrderBy(a => a.Time).ThenBy(a => a.Id, StringComparer.Ordinal)];
    }
}
