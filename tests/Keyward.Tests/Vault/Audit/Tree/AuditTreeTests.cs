using Keyward.Keystores.Root;
using Keyward.Tests.Conformance;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Tests.Vault.Audit.Tree;

/// <summary>The thread that brings the journal into the tree, where it is far behind.</summary>
public sealed class AuditTreeTests
{
    private const string Origin = "keyward/test/node-1";

    /// <summary>Several rounds, and more than two of the journal's segments.</summary>
    private const int Records = 50_000;

    [Fact]
    public async Task What_is_covered_is_told_and_its_segments_go_while_more_waits()
    {
        using var folder = new TemporaryFolder();
        using var key = LogKey.Of(Origin);
        using var checkpoints = new SemaphoreSlim(0);
        var files = new MemoryTree();
        using var log = AuditLog.Open(new JournalFiles(folder.Path), Origin, 0);
        log.BeginTree(TreeWriter.Open(files, Origin, [key.Key], NoteSigner.IsGood), files, [key], TimeProvider.System);
        files.Publishing = path =>
        {
            if (path == TilePath.Checkpoint) checkpoints.Wait();
        };
        try
        {
            await FillAsync(log);
            // The round that waits has what there was when it began; of the two that follow one at least is full.
            checkpoints.Release(3);
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
            var covered = await log.Tree!.CoverAsync(30_000).WaitAsync(patience.Token);
            Assert.InRange(covered.Checkpoint.Size, 30_000, Records - 1);
            while (File.Exists(Path.Combine(folder.Path, JournalSegment.NameOf(0)))) await Task.Delay(10, patience.Token);
            Assert.InRange(log.Tree.Latest.Checkpoint.Size, 30_000, Records - 1);
            checkpoints.Release(Records);
            Assert.Equal(Records, (await log.Tree.CoverAsync(Records).WaitAsync(patience.Token)).Checkpoint.Size);
        }
        finally
        {
            checkpoints.Release(Records);
        }
    }

    /// <summary>As many at once as the log lets wait.</summary>
    private static async Task FillAsync(AuditLog log)
    {
        for (var written = 0; written < Records; written += 10_000)
            await Task.WhenAll(Enumerable.Range(0, 10_000).Select(_ => log.AppendAsync(new byte[1_000]).AsTask()));
    }
}
