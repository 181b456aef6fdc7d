using System.Globalization;
using System.Text;
using Keyward.Tests.Conformance;
using Keyward.Vault.Audit;

namespace Keyward.Tests.Vault.Audit;

public sealed class AuditLogTests
{
    private const string Origin = "keyward/test/node-1";

    [Fact]
    public async Task What_was_acknowledged_is_read_back_in_order_after_reopening()
    {
        using var folder = new TemporaryFolder();
        using (var log = AuditLog.Open(new JournalFiles(folder.In("journal")), Origin, 0))
        {
            var receipts = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => log.AppendAsync(Entry(i)).AsTask()));
            Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), receipts.Select(r => r.Index).Order());
            Assert.True(log.Flushes <= 500);
        }

        using var again = AuditLog.Open(new JournalFiles(folder.In("journal")), Origin, 0);
        Assert.Equal(500, again.Size);
        Assert.Equal(500, (await ReadAsync(again)).Distinct().Count());
        Assert.Equal(500, (await again.AppendAsync(Entry(500))).Index);
        Assert.Equal("entry 500", (await ReadAsync(again, 500)).Single());
    }

    [Fact]
    public async Task A_journal_cut_anywhere_keeps_every_whole_entry_before_the_cut()
    {
        var files = new FaultyFiles();
        var ends = new List<int>();
        using (var log = AuditLog.Open(files, Origin, 0))
            for (var i = 0; i < 5; i++)
            {
                await log.AppendAsync(Entry(i));
                ends.Add(files.Files.Values.Single().Length);
            }

        var (name, whole) = files.Files.Single();
        var header = whole.Length - ends[4] + ends[0] - (ends[1] - ends[0]);
        for (var cut = header; cut <= whole.Length; cut++)
        {
            var torn = new FaultyFiles { Files = { [name] = whole[..cut] } };
            using var log = AuditLog.Open(torn, Origin, 0);
            Assert.Equal(ends.Count(e => e <= cut), log.Size);
            Assert.Equal(log.Size, (await log.AppendAsync(Entry(9))).Index);
        }
    }

    [Fact]
    public async Task A_damaged_entry_with_whole_ones_behind_it_refuses_to_open()
    {
        var files = new FaultyFiles();
        using (var log = AuditLog.Open(files, Origin, 0))
            for (var i = 0; i < 5; i++) await log.AppendAsync(Entry(i));
        var (name, whole) = files.Files.Single();
        for (var at = 100; at < whole.Length - 120; at += 7)
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 1;
            Assert.Throws<AuditDamagedException>(
                () => AuditLog.Open(new FaultyFiles { Files = { [name] = damaged } }, Origin, 0).Dispose());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Power_that_fails_takes_any_part_of_the_last_batch_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var files = new FaultyFiles { Ahead = random.Next(2) * 9_000 };
            long flushed = 0;
            var made = 0;
            using (var journal = Journal.Open(files, Origin, 0, segmentSizeBytes: 6_000))
                for (var batch = 0; batch < 9; batch++)
                {
                    flushed = journal.Size;
                    var (end, before) = (files.Flushed, files.Files.ToDictionary());
                    var entries = new AppendBatch();
                    for (var i = random.Next(1, 40); i > 0; i--)
                        entries.Add(Encoding.UTF8.GetBytes($"entry {made++} {new string('x', random.Next(200))}"), null!);
                    journal.Append(entries);
                    if (batch == 8) LoseSectors(random, files, before, end);
                    else if (random.Next(3) == 0) journal.Forget(journal.Size);
                }

            using var again = Journal.Open(files, Origin, 0);
            Assert.InRange(again.Size, flushed, made);
            for (var index = again.FirstIndex; index < again.Size; index++)
                Assert.StartsWith($"entry {index} ", Encoding.UTF8.GetString(again.Read(index, again.Size)[0].Entry.Span),
                    StringComparison.Ordinal);
            var more = new AppendBatch();
            more.Add("entry"u8, null!);
            again.Append(more);
            using var third = Journal.Open(files, Origin, 0);
            Assert.Equal(again.Size, third.Size);
        }
    }

    /// <summary>Sectors that were not flushed keep what they had before: zeros, or older entries where the file was used
    /// before.</summary>
    private static void LoseSectors(
        Random random, FaultyFiles files, Dictionary<string, byte[]> before, long flushedEnd)
    {
        const int sectorSizeBytes = 512;
        var (name, bytes) = files.Files.MaxBy(f => f.Key, StringComparer.Ordinal);
        // A segment that the batch began was made durable with all that it had.
        if (!before.TryGetValue(name, out var old)) return;
        for (var sector = (int)flushedEnd / sectorSizeBytes; sector * sectorSizeBytes < bytes.Length; sector++)
            if (random.Next(3) == 0)
            {
                var from = Math.Max(sector * sectorSizeBytes, (int)flushedEnd);
                var lost = bytes.AsSpan(from, Math.Min((sector + 1) * sectorSizeBytes, bytes.Length) - from);
                lost.Clear();
                if (from < old.Length) old.AsSpan(from, Math.Min(lost.Length, old.Length - from)).CopyTo(lost);
            }
    }

    [Fact]
    public void A_log_of_another_origin_is_refused()
    {
        var files = new FaultyFiles();
        AuditLog.Open(files, Origin, 0).Dispose();
        Assert.Throws<AuditDamagedException>(() => AuditLog.Open(files, "keyward/test/node-2", 0).Dispose());
    }

    [Fact]
    public async Task Each_failing_write_or_flush_is_refused_and_nothing_acknowledged_is_lost()
    {
        for (var failing = 0; failing < 12; failing++)
        {
            var files = new FaultyFiles();
            var acknowledged = new List<string>();
            using (var log = AuditLog.Open(files, Origin, 0))
            {
                files.FailAfter = failing;
                for (var i = 0; i < 8; i++)
                {
                    try
                    {
                        await log.AppendAsync(Entry(i));
                        acknowledged.Add($"entry {i}");
                    }
                    catch (AuditUnwritableException)
                    {
                        await UntilWritableAsync(log);
                    }
                }

                Assert.Equal(acknowledged, await ReadAsync(log));
            }

            using var again = AuditLog.Open(files, Origin, 0);
            Assert.Equal(acknowledged, await ReadAsync(again));
            Assert.True(acknowledged.Count >= 7, $"{acknowledged.Count} of 8 at failure {failing}");
        }
    }

    [Fact]
    public async Task A_full_disk_refuses_and_service_returns_with_space()
    {
        var files = new FaultyFiles();
        using var log = AuditLog.Open(files, Origin, reserveSizeBytes: 1 << 20);
        await log.AppendAsync(Entry(0));
        files.FreeBytes = 1000;
        await Assert.ThrowsAsync<AuditUnwritableException>(async () => await log.AppendAsync(Entry(1)));
        Assert.False(log.IsWritable);
        Assert.Contains("disk is full", log.WhyNot);
        files.FreeBytes = long.MaxValue;
        await UntilWritableAsync(log);
        Assert.Equal(1, (await log.AppendAsync(Entry(2))).Index);
        Assert.Equal(["entry 0", "entry 2"], await ReadAsync(log));
    }

    [Fact]
    public void A_crc_is_castagnolis()
    {
        // RFC 3720 B.4: 32 bytes of zeros, of ones, and counting up.
        Assert.Equal(0x8a9136aau, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62a8ab43u, Crc32C.Of(Enumerable.Repeat((byte)0xff, 32).ToArray()));
        Assert.Equal(0x46dd794eu, Crc32C.Of(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
    }

    private static byte[] Entry(int i) => Encoding.UTF8.GetBytes($"entry {i}");

    private static async Task<List<string>> ReadAsync(AuditLog log, long from = 0)
    {
        var found = new List<string>();
        await foreach (var (_, entry) in log.ReadAsync(from, default)) found.Add(Encoding.UTF8.GetString(entry.Span));
        return found;
    }

    private static async Task UntilWritableAsync(AuditLog log)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (!log.IsWritable) await Task.Delay(20, patience.Token);
    }
}
