using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Keyward.Cli;
using Keyward.Delivery;
using Keyward.Keystores.Root;
using Keyward.Tests.Conformance;
using Keyward.Tests.Vault.Audit.Index;
using Keyward.Tests.Vectors;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Anomalies;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Verification;

namespace Keyward.Tests.Vault.Audit.Verification;

/// <summary>A log that an earlier program wrote, journal and all, with a rotation of its key and a partial tile of an
/// earlier checkpoint: whatever changes, it is verified, read, found in and shown in every form. Such files are added,
/// never edited.</summary>
public sealed class GoldenLogTests : IDisposable
{
    private const string Name = "log_1.zip";
    private const string Digest = "87dc601c44b4dcaa5c0b6c9849be2aaf5225acc9d5ea7d773ff27f88c1b7eaf1";
    private const string Origin = "keyward/f0365918bae20a66a343cda81f637f0e/node-2cf72964";
    private const string Root = "bKrnW/VJUAcUcRvQndh00UXvQgr2ZuD5v/i1kQ743Sg=";
    private const int Size = 277;

    private readonly TemporaryFolder _folder = new();
    private readonly string _log;

    public GoldenLogTests()
    {
        ZipFile.ExtractToDirectory(Path.Combine(VectorFile.Folder, Name), _folder.Path);
        _log = _folder.In("node-2cf72964");
    }

    [Fact]
    public void It_was_not_edited() => Assert.Equal(Digest, Convert.ToHexStringLower(
        SHA256.HashData(File.ReadAllBytes(Path.Combine(VectorFile.Folder, Name)))));

    [Fact]
    public async Task It_is_verified_as_it_was()
    {
        Assert.Equal(2, Keys().Count);
        var report = await new LogVerifier(Keys(), NoteSigner.IsGood).VerifyFolderAsync(_log, Origin, default);
        Assert.Empty(report.Faults);
        Assert.True(SignedCheckpoint.TryParse(await File.ReadAllBytesAsync(Path.Combine(_log, "checkpoint")), out var signed));
        Assert.Equal((Size, Root), (signed.Checkpoint.Size, Convert.ToBase64String(signed.Checkpoint.Root)));
        foreach (var key in Keys())
            Assert.Empty((await new LogVerifier([key], NoteSigner.IsGood).VerifyFolderAsync(_log, Origin, default)).Faults);
        var proven = await new Prover(new TreeFolder(_log), signed).ProveAsync(100, default);
        Assert.Null(proven.Proof.WhyNot(proven.Record.Span, Keys(), NoteSigner.IsGood));
    }

    [Fact]
    public async Task A_time_leads_to_its_first_record()
    {
        var reader = new TreeReader(new TreeFolder(_log));
        List<DateTimeOffset> times = [];
        for (var bundle = 0; bundle < 2; bundle++)
            times.AddRange((await reader.EntriesAsync(bundle, Size, default)).Select(e => RecordFields.TimeOf(e.Span)!.Value));
        foreach (var at in (int[])[0, 1, 100, 255, 256, 276])
            Assert.Equal(times.FindIndex(t => t >= times[at]), await LogTimes.FirstFromAsync(_log, times[at], default));
        Assert.Equal(Size, await LogTimes.FirstFromAsync(_log, times.Max().AddSeconds(1), default));
    }

    [Fact]
    public async Task Its_journal_opens_and_its_records_are_found_and_shown_in_every_form()
    {
        using var log = AuditLog.Open(new JournalFiles(Path.Combine(_log, "journal")), Origin, 0);
        Assert.Equal(Size, log.Size);
        using var followed = FollowedLog.Open(log, Path.Combine(_log, "index"), TimeProvider.System, AnomalySettings.Default);
        while (followed.Follower.LagEntries > 0 || followed.Index.Next < Size) await followed.Follower.StepAsync(default);
        foreach (var (filter, count) in ((RecordFilter, int)[])[(new() { Key = "k", Operation = "encrypt" }, 90),
            (new() { Outcome = "not_found" }, 90), (new() { Principal = "admin", Operation = "list_location_keys" }, 90),
            (new() { Operation = "rotate_log_key" }, 1), (new() { Operation = "set_policy", Outcome = "ok" }, 1)])
            Assert.Equal(count, (await new RecordSearch(log, followed.Index, filter).ForwardAsync(0, 1_000)).Records.Count);
        Assert.Equal(90, followed.Usage.Find("projects/default").Single().Uses);
        Assert.Equal(AnomalyKind.PolicyWidened, followed.Anomalies.All.Single().Kind);
        await foreach (var (index, entry) in log.ReadAsync(0, default))
        {
            var view = new RecordView(entry, Origin, index, _ => null);
            Assert.All(RecordForm.Names.Where(n => n != "keyward"), name => Assert.NotEmpty(RecordForm.Of(name)(view)));
        }
    }

    public void Dispose() => _folder.Dispose();

    private List<VerifierKey> Keys() => [.. File.ReadLines(_folder.In("vkey")).Select(line =>
    {
        Assert.True(VerifierKey.TryParse(line, out var key));
        return key;
    })];
}
