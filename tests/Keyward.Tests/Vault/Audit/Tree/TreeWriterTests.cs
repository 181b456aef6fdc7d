using Keyward.Keystores.Root;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Tests.Vault.Audit.Tree;

public sealed class TreeWriterTests
{
    private const string Origin = "keyward/test/node-1";

    [Fact]
    public void A_tree_grown_in_any_steps_has_the_root_of_its_entries()
    {
        var entries = MerkleTests.Numbers(1_300).ToList();
        using var key = LogKey.Of(Origin);
        foreach (var step in (int[])[1, 7, 255, 256, 257, 1_300])
        {
            var files = new MemoryTree();
            for (var at = 0; at < entries.Count; at += step)
            {
                // Opened anew each time: all that is needed to go on lies in the files.
                var signed = Open(files, key).Extend(Slice(entries, at, step), [key]);
                Assert.Equal(MerkleTests.EdgeOf(entries.Take(at + step)).Root(), signed.Checkpoint.Root);
                if (step == 1 && at > 300) break;
            }
        }
    }

    [Fact]
    public void Partial_files_go_once_the_full_ones_are_there()
    {
        var entries = MerkleTests.Numbers(300).ToList();
        using var key = LogKey.Of(Origin);
        var files = new MemoryTree();
        Open(files, key).Extend(Slice(entries, 0, 100), [key]);
        Assert.Contains("tile/entries/000.p/100", files.Files.Keys);
        Open(files, key).Extend(Slice(entries, 100, 200), [key]);
        Assert.Equal(
            ["checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"],
            files.Files.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_round_that_fails_at_any_operation_is_made_good_by_the_next()
    {
        var entries = MerkleTests.Numbers(520).ToList();
        using var key = LogKey.Of(Origin);
        for (var failing = 0; ; failing++)
        {
            var files = new MemoryTree();
            var writer = Open(files, key);
            writer.Extend(Slice(entries, 0, 200), [key]);
            files.FailAfter = failing;
            var failed = false;
            try
            {
                writer.Extend(Slice(entries, 200, 320), [key]);
            }
            catch (IOException)
            {
                failed = true;
            }

            files.FailAfter = -1;
            // The same writer goes on, and so does one that finds the files as the failure left them.
            foreach (var next in (TreeWriter[])[writer, Open(files, key)])
                Assert.Equal(MerkleTests.EdgeOf(entries).Root(),
                    next.Extend(Slice(entries, (int)next.Size, entries.Count), [key]).Checkpoint.Root);
            if (!failed) break;
        }
    }

    [Fact]
    public void A_power_cut_at_any_operation_leaves_a_tree_that_opens_at_a_checkpoint_that_was_signed()
    {
        var entries = MerkleTests.Numbers(520).ToList();
        using var key = LogKey.Of(Origin);
        for (var failing = 0; failing < 40; failing++)
            for (var survivors = 0; survivors < 6; survivors++)
            {
                var files = new MemoryTree();
                var writer = Open(files, key);
                writer.Extend(Slice(entries, 0, 200), [key]);
                files.FailAfter = failing;
                try
                {
                    writer.Extend(Slice(entries, 200, 320), [key]);
                }
                catch (IOException)
                {
                }

                var after = Open(files.CutPower(survivors), key);
                Assert.Contains(after.Size, (long[])[200, 520]);
                Assert.Equal(MerkleTests.EdgeOf(entries.Take((int)after.Size)).Root(), after.Latest!.Checkpoint.Root);
            }
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("tile/0/001.p/44")]
    [InlineData("tile/1/000.p/1")]
    [InlineData("tile/entries/001.p/44")]
    public void A_tree_whose_end_was_altered_or_removed_is_not_gone_on_with(string path)
    {
        using var key = LogKey.Of(Origin);
        var files = new MemoryTree();
        Open(files, key).Extend(Slice(MerkleTests.Numbers(300).ToList(), 0, 300), [key]);
        var whole = files.Files[path];
        for (var at = 0; at < whole.Length; at += 5)
        {
            files.Files[path] = (byte[])whole.Clone();
            files.Files[path][at] ^= 4;
            Assert.Throws<AuditDamagedException>(() => Open(files, key));
        }

        files.Files[path] = whole[..^1];
        Assert.Throws<AuditDamagedException>(() => Open(files, key));
        files.Files.Remove(path);
        Assert.Throws<AuditDamagedException>(() => Open(files, key));
    }

    [Fact]
    public void Another_logs_checkpoint_and_another_keys_are_refused()
    {
        using var key = LogKey.Of(Origin);
        using var other = LogKey.Of(Origin, 9);
        var files = new MemoryTree();
        Open(files, key).Extend(Slice(MerkleTests.Numbers(3).ToList(), 0, 3), [key]);
        Assert.Throws<AuditDamagedException>(() => Open(files, other));
        Assert.Throws<AuditDamagedException>(() => TreeWriter.Open(files, "keyward/test/node-2", [key.Key], NoteSigner.IsGood));
    }

    [Fact]
    public void Two_keys_sign_while_one_follows_the_other()
    {
        using var old = LogKey.Of(Origin);
        using var next = LogKey.Of(Origin, 9);
        var files = new MemoryTree();
        var signed = Open(files, old).Extend(Slice(MerkleTests.Numbers(3).ToList(), 0, 3), [next, old]);
        Assert.Null(signed.WhyNot([old.Key], NoteSigner.IsGood));
        Assert.Null(signed.WhyNot([next.Key], NoteSigner.IsGood));
        Assert.Equal(3, Open(files, next).Size);
    }

    private static TreeWriter Open(MemoryTree files, NoteSigner key) =>
        TreeWriter.Open(files, Origin, [key.Key], NoteSigner.IsGood);

    private static IEnumerable<ReadOnlyMemory<byte>> Slice(List<byte[]> entries, int from, int count) =>
        entries.Skip(from).Take(count).Select(e => (ReadOnlyMemory<byte>)e);
}
