using Keyward.Tests.Conformance;
using Keyward.Tests.Vault.Audit.Index;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Usage;

namespace Keyward.Tests.Vault.Audit.Usage;

/// <summary>Uses of versions as the log has them, against a plain count of the same records.</summary>
public sealed class UsageFoldTests : IDisposable
{
    private const string Ring = "projects/default/locations/global/keyRings/ring";

    private static readonly DateTimeOffset Begin = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly ListLog _log = new();
    private readonly List<RecordText> _records = [];
    private readonly Random _random = new(20260401);

    [Fact]
    public async Task What_was_used_by_whom_is_what_the_records_say_however_often_the_program_stopped()
    {
        for (var round = 0; round < 4; round++)
        {
            Write(1_500);
            var fold = Opened();
            await FollowAsync(fold, isClean: round != 2);
            AssertSame(fold);
        }

        Assert.Equal(_records[0].Time, Opened().Since);
    }

    [Fact]
    public async Task A_file_that_is_damaged_torn_or_of_another_history_is_taken_for_none()
    {
        Write(500);
        await FollowAsync(Opened(), isClean: true);
        Assert.Equal(500, Opened().Next);
        var file = Directory.GetFiles(_folder.Path).Single();
        var bytes = await File.ReadAllBytesAsync(file);
        foreach (var spoilt in (byte[][])[[], bytes[..20], bytes[..^1], Flipped(bytes, 17), Flipped(bytes, bytes.Length - 3)])
        {
            await File.WriteAllBytesAsync(file, spoilt);
            var fold = Opened();
            Assert.Equal(0, fold.Next);
            Assert.Empty(fold.Find("projects/default"));
            await FollowAsync(fold, isClean: false);
            AssertSame(fold);
        }

        await File.WriteAllBytesAsync(file, bytes);
        _log.Entries.RemoveRange(400, 100);
        Assert.Equal(0, Opened().Next);
    }

    [Fact]
    public async Task A_re_encryption_uses_both_its_versions_and_refusals_use_none()
    {
        _log.Entries.Add(new RecordText(Begin, "re_encrypt")
        {
            Version = 1, Parameters = [("destination_version", Ring + "/cryptoKeys/other/cryptoKeyVersions/3")],
        }.ToBytes());
        _log.Entries.Add(new RecordText(Begin, "decrypt") { Version = 2, Outcome = "invalid" }.ToBytes());
        _log.Entries.Add(new RecordText(Begin, "get_version") { Version = 2 }.ToBytes());
        var fold = Opened();
        await FollowAsync(fold, isClean: false);
        Assert.Equal([Ring + "/cryptoKeys/orders/cryptoKeyVersions/1", Ring + "/cryptoKeys/other/cryptoKeyVersions/3"],
            fold.Find(Ring).Select(v => v.Version).Order(StringComparer.Ordinal));
        Assert.Single(fold.Find(Ring + "/cryptoKeys/orders"));
        Assert.Empty(fold.Find(Ring + "/cryptoKeys/ord"));
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Flipped(byte[] bytes, int at)
    {
        var spoilt = bytes.ToArray();
        spoilt[at] ^= 4;
        return spoilt;
    }

    private UsageFold Opened() => UsageFold.Open(new TreeFiles(_folder.Path), _log);

    private void Write(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var record = new RecordText(Begin.AddSeconds(_records.Count + _random.Next(-3, 3)),
                ((string[])["encrypt", "decrypt", "sign", "get_key"])[_random.Next(4)])
            {
                Key = $"{Ring}/cryptoKeys/k{_random.Next(5)}", Version = _random.Next(4),
                Principal = $"app-{(int)Math.Sqrt(_random.Next(8_000))}@p.iam",
                Outcome = _random.Next(5) == 0 ? "denied" : "ok",
            };
            _records.Add(record);
            _log.Entries.Add(record.ToBytes());
        }
    }

    private void AssertSame(UsageFold fold)
    {
        var expected = _records.Where(r => r is { Outcome: "ok", Version: > 0, Operation: not "get_key" })
            .GroupBy(r => $"{r.Key}/cryptoKeyVersions/{r.Version}").OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        var found = fold.Find("projects/default");
        Assert.Equal(expected.Select(g => (g.Key, g.LongCount(), g.Min(r => r.Time), g.Max(r => r.Time))),
            found.Select(v => (v.Version, v.Uses, v.First, v.Last)));
        foreach (var (group, use) in expected.Zip(found))
        {
            Assert.True(use.Principals.Count <= 64);
            foreach (var principal in use.Principals.Take(10))
            {
                var own = group.Where(r => r.Principal == principal.Principal).ToList();
                Assert.Equal(own.Max(r => r.Time), principal.Last);
                Assert.All(principal.Operations, o => Assert.Contains(own, r => r.Operation == o));
            }
        }
    }

    private async Task FollowAsync(UsageFold fold, bool isClean)
    {
        var follower = new LogFollower(_log, [fold], TimeProvider.System);
        while (await follower.StepAsync(default))
        {
        }

        if (isClean) follower.Dispose();
    }
}
