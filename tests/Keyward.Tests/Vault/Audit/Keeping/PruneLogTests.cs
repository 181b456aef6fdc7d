using System.Diagnostics;
using System.Text;
using Keyward.Cli;
using Keyward.Keystores.Age;
using Keyward.Keystores.Root;
using Keyward.Tests.Conformance;
using Keyward.Tests.Doors;
using Keyward.Tests.Vault.Audit.Tree;
using Keyward.Tests.Vault.Audit.Verification;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Keeping;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Verification;
using Keyward.Vault.Automation;
using Keyward.Vault.Gate;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Vault.Audit.Keeping;

/// <summary>What keeps a record, and that a pruned log and its archive are proven as the whole was.</summary>
public sealed class PruneLogTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TemporaryFolder _archive = new();
    private OpenDoors _doors = null!;

    private AuditLog Log => _doors.Keeper.AuditLog;

    private string LogFolder => Path.Combine(_doors.Folder, "audit", LogKeys.FolderOf(Log.Origin));

    private string ArchiveFolder => _archive.In(LogKeys.FolderOf(Log.Origin));

    public async ValueTask InitializeAsync()
    {
        _doors = await OpenDoors.OpenAsync(_time);
        _doors.Gate.Apply(_doors.Gate.Settings with { AuditArchive = _archive.Path });
        while (Log.Size < 600) await _doors.SendAsync("GET", "/keyward/v1/witness");
        await Log.Tree!.CoverAsync(Log.Size);
    }

    [Fact]
    public async Task Nothing_goes_before_its_time_under_a_hold_or_before_it_was_delivered()
    {
        await RefusedAsync("Record 0 stays: its retention ends 2033-01-01 00:00:00Z.");
        _time.Advance(TimeSpan.FromDays(2_556));
        await RefusedAsync("retention");
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(512, (await PruneAsync(trial: true)).Value.To);
        await PassAsync(new PlaceHold("case", "court", null));
        await RefusedAsync("Record 0 stays: the hold case covers it.");
        await PassAsync(new LiftHold("case"));
        await PassAsync(new PlaceHold("later", "court", _time.GetUtcNow()));
        Assert.Equal(512, (await PruneAsync(trial: true)).Value.To);
        Log.Needed = () => 300;
        Assert.Equal(256, (await PruneAsync(trial: true)).Value.To);
        Log.Needed = () => 255;
        await RefusedAsync("A sink has not confirmed record 255 yet.");
        Log.Needed = null;
        await PassAsync(new LengthenRetention(null, 3_000));
        Assert.False((await PruneAsync()).IsOk);
        Assert.Equal(0, Log.FirstIndex);
        Assert.Empty(Directory.GetFileSystemEntries(_archive.Path));
    }

    [Fact]
    public async Task A_retention_is_never_shortened()
    {
        Assert.True((await PassAsync(new LengthenRetention(500, null))).IsOk);
        foreach (var (data, admin) in ((int?, int?)[])[(499, null), (null, 2_556), (600, 1), (-1, null), (36_526, null)])
            Assert.False((await PassAsync(new LengthenRetention(data, admin))).IsOk);
        var keeping = (await _doors.SendAsync("GET", "/keyward/v1/audit/keeping")).Json.GetProperty("retention");
        Assert.Equal((500, 2_557), (keeping.GetProperty("dataDays").GetInt32(), keeping.GetProperty("adminDays").GetInt32()));
    }

    [Fact]
    public async Task Administrators_may_not_prune()
    {
        var reply = await _doors.SendAsync("POST", "/keyward/v1/audit:prune", "{}");
        Assert.Equal(403, reply.Status);
        Assert.Contains("keyward.audit.prune", reply.Text);
    }

    [Fact]
    public async Task What_is_left_and_what_was_archived_stay_provable()
    {
        var before = Log.Tree!.Latest;
        _time.Advance(TimeSpan.FromDays(2_558));
        var pruned = (await PruneAsync()).Value;
        Assert.Equal((0, 512), (pruned.From, pruned.To));
        _doors.Keeper.FollowLog();
        await SettleAsync();
        Assert.Equal(512, Log.FirstIndex);
        // The tree's thread removes the files a moment after it says where the log begins.
        var gone = Path.Combine(LogFolder, TilePath.Entries(1));
        for (var turn = 0; turn < 500 && File.Exists(gone); turn++) await SettleAsync();
        Assert.False(File.Exists(gone));
        Assert.True(File.Exists(Path.Combine(LogFolder, TilePath.Hashes(1, 0, 2))));
        var keys = Log.Tree.Keys;
        var verifier = new LogVerifier(keys, NoteSigner.IsGood) { Since = [before] };
        var report = await verifier.VerifyFolderAsync(LogFolder, Log.Origin, default);
        Assert.Empty(report.Faults);
        Assert.Equal(512, report.MinimumIndex);

        await using (var read = Log.ReadAsync(0, default).GetAsyncEnumerator())
        {
            await read.MoveNextAsync();
            Assert.Equal(512, read.Current.Index);
        }

        Assert.True((await PassAsync(new ProveRecord(null, new RecordReference(null, 550, null)))).IsOk);
        Assert.Equal(RefusalReason.NotFound, (await PassAsync(
            new ProveRecord(null, new RecordReference(null, 3, null)))).Refusal!.Reason);
        Assert.True((await PassAsync(new ProveExtension(before.Checkpoint.Size, null))).IsOk);
        Assert.True((await PassAsync(new ProveExtension(512, null))).IsOk);
        Assert.Contains("pruned", (await PassAsync(new ProveExtension(300, null))).Refusal!.Sentence);
        Assert.True(SignedCheckpoint.TryParse(
            await File.ReadAllBytesAsync(Path.Combine(ArchiveFolder, "checkpoint")), out var archived));
        var proven = await new Prover(new TreeFolder(ArchiveFolder), archived).ProveAsync(3, default);
        Assert.Null(proven.Proof.WhyNot(proven.Record.Span, keys, NoteSigner.IsGood));
        var whole = await verifier.VerifyFolderAsync(ArchiveFolder, Log.Origin, default);
        Assert.Empty(whole.Faults);
        Assert.Equal(512, whole.ArchivedTo);
        Assert.Equal(2026, whole.FirstTime?.Year);
        await SmallVerifierSaysAsync(0, LogFolder, "of which 512 to ");
        await SmallVerifierSaysAsync(0, ArchiveFolder, "of which 0 to 511 are here");
        // The log goes on and would write the file anew: a copy does not.
        var copy = _archive.In("copy");
        using (var made = Process.Start("cp", ["-a", LogFolder, copy])) await made.WaitForExitAsync();
        foreach (var folder in (string[])[copy, ArchiveFolder])
        {
            var above = Path.Combine(folder, TilePath.Hashes(1, 0, 2));
            var bytes = await File.ReadAllBytesAsync(above);
            bytes[40] ^= 1;
            await File.WriteAllBytesAsync(above, bytes);
        }

        await SmallVerifierSaysAsync(1, copy, "do not lead to the root");
        var bundle = Path.Combine(ArchiveFolder, TilePath.Entries(1));
        await File.WriteAllTextAsync(bundle, (await File.ReadAllTextAsync(bundle)).Replace("\"op", "\"oq"));
        await SmallVerifierSaysAsync(1, ArchiveFolder, "record 256 of");
    }

    [Fact]
    public async Task Whatever_is_changed_in_an_archive_is_found()
    {
        _time.Advance(TimeSpan.FromDays(2_558));
        Assert.True((await PruneAsync()).IsOk);
        var files = Directory.GetFiles(ArchiveFolder, "*", SearchOption.AllDirectories);
        Assert.Equal(8, files.Length);
        foreach (var file in files)
        {
            var bytes = await File.ReadAllBytesAsync(file);
            var spoilt = bytes.ToArray();
            spoilt[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, spoilt);
            var report = await new LogVerifier(Log.Tree!.Keys, NoteSigner.IsGood)
                .VerifyFolderAsync(ArchiveFolder, Log.Origin, default);
            await File.WriteAllBytesAsync(file, bytes);
            Assert.True(report.Faults.Count > 0 || report.ArchivedTo != 512, file);
            if (Path.GetFileName(Path.GetDirectoryName(file)) == "entries")
                Assert.Equal(Path.GetRelativePath(ArchiveFolder, file), Assert.Single(report.Faults).Path);
        }
    }

    [Fact]
    public async Task An_archive_is_held_against_older_checkpoints_and_asked_by_id_for_what_it_has()
    {
        var early = Log.Tree!.Latest;
        _time.Advance(TimeSpan.FromDays(2_558));
        Assert.True((await PruneAsync()).IsOk);
        using var key = LogKey.Of(Log.Origin, 77);
        var checkpoint = new Checkpoint(Log.Origin, 512, new byte[32]);
        var other = new SignedCheckpoint(checkpoint, new SignedNote(checkpoint.ToString(), [key.Sign(checkpoint.ToString())]));
        var verifier = new LogVerifier([.. Log.Tree.Keys, key.Key], NoteSigner.IsGood) { Since = [early, other] };
        var fault = Assert.Single((await verifier.VerifyFolderAsync(ArchiveFolder, Log.Origin, default)).Faults);
        Assert.Equal(512, fault.Index);
        Assert.Contains("older checkpoint", fault.Sentence);

        Assert.True(SignedCheckpoint.TryParse(
            await File.ReadAllBytesAsync(Path.Combine(ArchiveFolder, "checkpoint")), out var archived));
        var prover = new Prover(new TreeFolder(ArchiveFolder), archived);
        var third = await prover.ProveAsync(3, default);
        var id = RecordFacts.Of(third.Record).Id!;
        Assert.Equal(3, await prover.FindAsync(new RecordReference(null, null, id), 0, 512, default));
        Assert.Null(await prover.FindAsync(new RecordReference(null, 512, null), 0, 512, default));
    }

    [Fact]
    public async Task A_sealed_archive_is_proven_by_who_can_open_it_and_by_nobody_else()
    {
        var (identity, _) = AgeIdentity.Make();
        using (identity)
        {
            _doors.Gate.Apply(_doors.Gate.Settings with
            {
                AuditArchiveSeal = bytes => AgeWriter.Seal(bytes.Span, [identity.Recipient]),
            });
            _time.Advance(TimeSpan.FromDays(2_558));
            Assert.True((await PruneAsync()).IsOk);
            foreach (var file in Directory.GetFiles(ArchiveFolder, "*", SearchOption.AllDirectories))
                Assert.DoesNotContain("principal", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));
            Assert.Empty((await VerifyAsync([identity])).Faults);
            Assert.Contains("nothing was checked", (await Assert.ThrowsAsync<FailedException>(() => VerifyAsync([]))).Message);
            var (other, _) = AgeIdentity.Make();
            using (other) Assert.NotEmpty((await VerifyAsync([other])).Faults);
            var bundle = Path.Combine(ArchiveFolder, TilePath.Entries(1) + ".age");
            var bytes = await File.ReadAllBytesAsync(bundle);
            bytes[^9] ^= 1;
            await File.WriteAllBytesAsync(bundle, bytes);
            Assert.Equal((TilePath.Entries(1) + ".age", 256), FaultOf(await VerifyAsync([identity])));
            File.Delete(bundle);
            var report = await VerifyAsync([identity]);
            Assert.Equal((TilePath.Entries(1), 256), FaultOf(report));
            Assert.Equal("The file is missing.", report.Faults[0].Sentence);
        }

        static (string, long?) FaultOf(LogReport report) => (Assert.Single(report.Faults).Path, report.Faults[0].Index);

        Task<LogReport> VerifyAsync(IReadOnlyList<AgeIdentity> identities) =>
            new LogVerifier(Log.Tree!.Keys, NoteSigner.IsGood) { Source = f => new SealedArchive(f, identities) }
                .VerifyFolderAsync(ArchiveFolder, Log.Origin, default);
    }

    [Fact]
    public async Task A_stop_at_any_step_of_the_removal_leaves_a_log_that_holds()
    {
        using var key = LogKey.Of("log.example/1");
        for (var step = 0; ; step++)
        {
            var files = new MemoryTree();
            var writer = TreeWriter.Open(files, "log.example/1", [key.Key], NoteSigner.IsGood);
            writer.Extend(Enumerable.Range(0, 800).Select(i => (ReadOnlyMemory<byte>)BitConverter.GetBytes(i)), [key]);
            files.FailAfter = step;
            var isDone = false;
            try
            {
                writer.Prune(768);
                isDone = true;
            }
            catch (IOException)
            {
                // The step that fails.
            }

            files.FailAfter = -1;
            var verifier = new LogVerifier([key.Key], NoteSigner.IsGood);
            Assert.Empty((await verifier.VerifyAsync(files, null, default)).Faults);
            writer = TreeWriter.Open(files, "log.example/1", [key.Key], NoteSigner.IsGood);
            writer.Prune(768);
            Assert.Equal(768, writer.FirstIndex);
            Assert.DoesNotContain(files.Files.Keys, f => f == TilePath.Entries(2) || f == TilePath.Hashes(0, 0));
            Assert.Empty((await verifier.VerifyAsync(files, null, default)).Faults);
            if (isDone) return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _doors.DisposeAsync();
        _archive.Dispose();
    }

    private ValueTask<Outcome<PrunedRange>> PruneAsync(bool trial = false) => PassAsync(new PruneLog(null, trial));

    private async Task SmallVerifierSaysAsync(int code, string folder, string part)
    {
        var keys = _archive.In("vkey");
        await File.WriteAllLinesAsync(keys, Log.Tree!.Keys.Select(k => k.ToString()));
        var said = await SmallVerifier.RunAsync(keys, folder);
        Assert.Equal(code, said.Code);
        Assert.Contains(part, said.Output);
    }

    private async Task RefusedAsync(string why) => Assert.Contains(why, (await PruneAsync()).Refusal!.Sentence);

    private ValueTask<Outcome<T>> PassAsync<T>(IOperation<T> operation) =>
        new JobCaller(_doors.Gate, "test").PassAsync("Test", operation, default);

    /// <summary>The round that covers a record of now has removed what may go.</summary>
    private async Task SettleAsync()
    {
        await PassAsync(new ReadKeeping());
        await Log.Tree!.CoverAsync(Log.Size);
    }
}
