using Keyward.Keystores.Root;
using Keyward.Tests.Vault.Audit.Tree;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Verification;

namespace Keyward.Tests.Vault.Audit.Verification;

/// <summary>Whatever is done to a log is found, at every kind of file, and so by the verifier in Python.</summary>
public sealed class LogVerifierTests
{
    [Fact]
    public async Task A_log_as_it_was_written_holds()
    {
        using var log = await WrittenLog.OfAsync(100, 300, 600);
        var report = await log.VerifyAsync();
        Assert.Empty(report.Faults);
        Assert.Equal((600, 0), (report.Size, report.Uncovered));
        Assert.Equal(WrittenLog.Origin, report.Origin);
        Assert.NotNull(report.FirstTime);
        Assert.Equal((0, $"ok, {WrittenLog.Origin}: 600 records"), await PythonAsync(log));
    }

    public static TheoryData<string> KindsOfFiles =>
    [
        "checkpoint", "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88", "tile/entries/002.p/20", "tile/0/000",
        "tile/0/002.p/88", "tile/0/002.p/20", "tile/1/000.p/2", "journal/00000000000000000000.journal",
    ];

    [Theory]
    [MemberData(nameof(KindsOfFiles))]
    public async Task A_changed_byte_anywhere_is_found(string path)
    {
        using var log = await WrittenLog.OfAsync(532, 600);
        var file = Path.Combine(log.Folder, path);
        var whole = await File.ReadAllBytesAsync(file);
        foreach (var at in Enumerable.Range(0, 20).Select(i => i * (whole.Length - 1) / 19))
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 0x20;
            await File.WriteAllBytesAsync(file, changed);
            var report = await log.VerifyAsync();
            Assert.True(report.Faults.Any(f => f.Path == path || path.StartsWith("tile", StringComparison.Ordinal)), $"{path} byte {at}");
            Assert.False(report.Holds, $"{path} byte {at}");
        }
    }

    [Theory]
    [MemberData(nameof(KindsOfFiles))]
    public async Task A_file_that_was_cut_lengthened_or_removed_is_found(string path)
    {
        using var log = await WrittenLog.OfAsync(532, 600);
        var file = Path.Combine(log.Folder, path);
        var whole = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, whole[..(whole.Length / 2)]);
        Assert.False((await log.VerifyAsync()).Holds, "cut");
        if (!path.EndsWith("journal", StringComparison.Ordinal))
        {
            await File.WriteAllBytesAsync(file, [.. whole, .. "more"u8]);
            Assert.False((await log.VerifyAsync()).Holds, "lengthened");
        }

        File.Delete(file);
        // Earlier partial files may go; everything else may not.
        Assert.Equal(path.EndsWith(".p/20", StringComparison.Ordinal), (await log.VerifyAsync()).Holds);
    }

    [Fact]
    public async Task A_changed_record_is_named_by_its_index()
    {
        using var log = await WrittenLog.OfAsync(600);
        await RewriteAsync(log, 1, entries => entries[40] = [.. entries[40][..^10], .. "decrypt\"}"u8]);
        var report = await log.VerifyAsync();
        Assert.Equal(("tile/entries/001", 296), (report.Faults[0].Path, report.Faults[0].Index));
        var (code, output) = await PythonAsync(log);
        Assert.Equal(1, code);
        Assert.Contains("record 296", output);
    }

    [Fact]
    public async Task A_changed_hash_of_a_whole_record_is_told_from_a_changed_record()
    {
        using var log = await WrittenLog.OfAsync(600);
        var tile = Path.Combine(log.Folder, "tile/0/001");
        var bytes = await File.ReadAllBytesAsync(tile);
        bytes[(40 * 32) + 3] ^= 1;
        await File.WriteAllBytesAsync(tile, bytes);
        Assert.Contains((await log.VerifyAsync()).Faults, f => f is { Path: "tile/0/001", Index: 296 });
    }

    [Fact]
    public async Task Removed_reordered_and_doubled_records_are_found()
    {
        foreach (var tamper in (Action<List<byte[]>>[])
        [
            entries => entries.RemoveAt(7), entries => (entries[7], entries[8]) = (entries[8], entries[7]),
            entries => entries.Insert(7, entries[7]), entries => entries.RemoveRange(0, entries.Count),
        ])
        {
            using var log = await WrittenLog.OfAsync(600);
            await RewriteAsync(log, 1, tamper);
            Assert.False((await log.VerifyAsync()).Holds);
            Assert.Equal(1, (await PythonAsync(log)).Code);
        }
    }

    [Fact]
    public async Task A_log_written_anew_by_another_key_is_found()
    {
        using var log = await WrittenLog.OfAsync(10);
        using var forged = LogKey.Of(WrittenLog.Origin, 77);
        var files = new TreeFiles(log.Folder);
        TreeWriter.Open(new MemoryTree(), WrittenLog.Origin, [forged.Key], NoteSigner.IsGood);
        foreach (var file in (string[])["checkpoint", "tile"]) files.Remove(file);
        TreeWriter.Open(files, WrittenLog.Origin, [forged.Key], NoteSigner.IsGood)
            .Extend(Enumerable.Range(0, 9).Select(i => (ReadOnlyMemory<byte>)WrittenLog.Record(i)), [forged]);
        Assert.Contains((await log.VerifyAsync()).Faults, f => f.Path == "checkpoint");
        Assert.Equal(1, (await PythonAsync(log)).Code);
    }

    [Fact]
    public async Task A_log_that_was_put_back_or_forked_is_found_by_an_older_checkpoint()
    {
        using var older = await WrittenLog.OfAsync(300);
        using var newer = await WrittenLog.OfAsync(300, 700);
        using var short_ = await WrittenLog.OfAsync(299);
        var (atOlder, atNewer) = (await CheckpointAsync(older), await CheckpointAsync(newer));
        Assert.True((await newer.VerifyAsync(atOlder)).Holds);
        Assert.Contains((await older.VerifyAsync(atNewer)).Faults, f => f.Sentence.Contains("rolled back"));
        // Another history of the same length, signed by the same key.
        File.Delete(Path.Combine(short_.Folder, "journal/00000000000000000000.journal"));
        var files = new TreeFiles(short_.Folder);
        TreeWriter.Open(files, WrittenLog.Origin, [short_.Key.Key], NoteSigner.IsGood).Extend(
            Enumerable.Range(500, 10).Select(i => (ReadOnlyMemory<byte>)WrittenLog.Record(i)), [short_.Key]);
        Assert.Contains((await short_.VerifyAsync(atOlder)).Faults, f => f.Sentence.Contains("rewritten"));
    }

    [Fact]
    public async Task An_older_checkpoint_that_nobody_signed_says_nothing_of_the_log()
    {
        using var log = await WrittenLog.OfAsync(300);
        using var forged = LogKey.Of(WrittenLog.Origin, 77);
        var claimed = new Checkpoint(WrittenLog.Origin, 200, new byte[32]);
        var report = await log.VerifyAsync(new SignedCheckpoint(
            claimed, new SignedNote(claimed.ToString(), [forged.Sign(claimed.ToString())])));
        Assert.Contains("older checkpoint does not count", Assert.Single(report.Faults).Sentence);
    }

    [Fact]
    public async Task A_checkpoint_alone_that_was_put_back_leaves_records_behind_it_that_are_told()
    {
        using var log = await WrittenLog.OfAsync(10);
        var older = await File.ReadAllBytesAsync(Path.Combine(log.Folder, "checkpoint"));
        using (var written = log.Open())
        {
            await Task.WhenAll(Enumerable.Range(10, 590).Select(i => written.AppendAsync(WrittenLog.Record(i)).AsTask()));
            await written.Tree!.CoverAsync(600);
        }

        var now = await log.VerifyAsync();
        Assert.Equal((true, 600, 0, null), (now.Holds, now.Size, now.Beyond, now.UncoveredTimes));
        await File.WriteAllBytesAsync(Path.Combine(log.Folder, "checkpoint"), older);
        var report = await log.VerifyAsync();
        Assert.Equal((true, 10, 590), (report.Holds, report.Size, report.Uncovered));
        Assert.Equal((10, 59), (report.UncoveredTimes!.Value.First.Second, report.UncoveredTimes.Value.Last.Second));
        // A copy for others has the files alone.
        Directory.Delete(Path.Combine(log.Folder, "journal"), true);
        report = await log.VerifyAsync();
        Assert.Equal((true, 10, 600), (report.Holds, report.Size, report.Beyond));
    }

    [Fact]
    public async Task Records_that_are_not_signed_yet_are_counted_and_held_to_the_chain()
    {
        using var log = await WrittenLog.OfAsync(10);
        using (var journal = AuditLog.Open(new JournalFiles(Path.Combine(log.Folder, "journal")), WrittenLog.Origin, 0))
            for (var i = 10; i < 14; i++) await journal.AppendAsync(WrittenLog.Record(i));
        var report = await log.VerifyAsync();
        Assert.Equal((true, 10, 4), (report.Holds, report.Size, report.Uncovered));
        var file = Directory.GetFiles(Path.Combine(log.Folder, "journal")).Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^300] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        Assert.False((await log.VerifyAsync()).Holds);
    }

    [Fact]
    public async Task A_stray_file_among_the_tiles_is_found()
    {
        using var log = await WrittenLog.OfAsync(10);
        await File.WriteAllTextAsync(Path.Combine(log.Folder, "tile/0/note.txt"), "x");
        Assert.Contains((await log.VerifyAsync()).Faults, f => f.Path == "tile/0/note.txt");
    }

    [Fact]
    public async Task A_file_of_records_that_neither_checkpoint_nor_journal_has_is_found()
    {
        using var log = await WrittenLog.OfAsync(600);
        // As a round that did not come to its checkpoint leaves it.
        using (var journal = AuditLog.Open(new JournalFiles(Path.Combine(log.Folder, "journal")), WrittenLog.Origin, 0))
            await Task.WhenAll(Enumerable.Range(600, 200).Select(i => journal.AppendAsync(WrittenLog.Record(i)).AsTask()));
        foreach (var (number, holds) in ((int, bool)[])[(3, true), (4, false)])
        {
            var file = Path.Combine(log.Folder, TilePath.Entries(number));
            File.Copy(Path.Combine(log.Folder, TilePath.Entries(0)), file);
            var report = await log.VerifyAsync();
            Assert.Equal(holds, report.Holds);
            if (!holds) Assert.Contains("behind the log's last record (799)", Assert.Single(report.Faults).Sentence);
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Two_hundred_thousand_records_are_checked()
    {
        using var log = await WrittenLog.OfAsync(200_000);
        var report = await log.VerifyAsync();
        Assert.Empty(report.Faults);
        Assert.Equal(200_000, report.Size);
    }

    private static async Task<SignedCheckpoint> CheckpointAsync(WrittenLog log) =>
        SignedCheckpoint.TryParse(await File.ReadAllBytesAsync(Path.Combine(log.Folder, "checkpoint")), out var signed)
            ? signed : throw new InvalidOperationException();

    private static async Task RewriteAsync(WrittenLog log, int bundle, Action<List<byte[]>> tamper)
    {
        var file = Path.Combine(log.Folder, TilePath.Entries(bundle));
        var entries = Bundle.Read(await File.ReadAllBytesAsync(file), 256, out _)!.Select(e => e.ToArray()).ToList();
        tamper(entries);
        var bytes = new List<byte>();
        foreach (var entry in entries) Bundle.Write(bytes, entry);
        await File.WriteAllBytesAsync(file, [.. bytes]);
    }

    private static Task<(int Code, string Output)> PythonAsync(WrittenLog log) =>
        SmallVerifier.RunAsync(log.VerifierKeys, log.Folder);
}
