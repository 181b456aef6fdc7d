using System.IO.Compression;
using Keyward.Keystores.Root;
using Keyward.Tests.Conformance;
using Keyward.Tests.Tidy;
using Keyward.Tests.Vault.Audit.Tree;
using Keyward.Tests.Vectors;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Tests.Vault.Audit.Verification;

/// <summary>Logs, checkpoints, proofs and cosignatures as Go's own implementation of transparent logs reads them
/// (<c>tests/clients/go/tlog.go</c>): it was written by others and shares nothing with ours.</summary>
public sealed class ForeignReaderTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private GoProgram _go = null!;

    public async ValueTask InitializeAsync() =>
        _go = await GoProgram.BuildAsync(Path.Combine(SourceTests.FindRoot(), "tests/clients/go/tlog.go"));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(70_000)]
    public async Task A_log_of_any_size_is_whole_to_it(int size)
    {
        using var log = await WrittenLog.OfAsync(size / 3, size);
        Assert.Equal((0, $"ok, {size} records, signed by {WrittenLog.Origin}\n"), await VerifyAsync(log));
    }

    [Fact]
    public async Task The_log_of_an_earlier_program_with_two_keys_is_whole_to_it()
    {
        await ZipFile.ExtractToDirectoryAsync(Path.Combine(VectorFile.Folder, "log_1.zip"), _folder.Path);
        var (code, output) = await _go.RunAsync("verify", _folder.In("vkey"), _folder.In("node-2cf72964"));
        Assert.True(code == 0, output);
        Assert.StartsWith("ok, 277 records", output);
    }

    [Fact]
    public async Task A_cosignature_counts_beside_the_logs_own_signature()
    {
        using var log = await WrittenLog.OfAsync(300);
        using var witness = LogKey.Of("witness.example/w1", 0x20);
        var path = Path.Combine(log.Folder, "checkpoint");
        Assert.True(SignedNote.TryParse(await File.ReadAllBytesAsync(path), out var note));
        var cosigned = new SignedNote(note.Text, [.. note.Signatures, witness.Cosign(note.Text, 1_790_000_000)]);
        await File.WriteAllBytesAsync(path, cosigned.ToBytes());
        await File.AppendAllTextAsync(log.VerifierKeys, witness.WitnessKey + "\n");
        Assert.Equal((0, $"ok, 300 records, signed by {WrittenLog.Origin} witness.example/w1\n"), await VerifyAsync(log));
        // The time is signed too.
        var later = witness.Cosign(note.Text, 1_790_000_000);
        later.Bytes[^65] ^= 1;
        await File.WriteAllBytesAsync(path, new SignedNote(note.Text, [.. note.Signatures, later]).ToBytes());
        Assert.Contains("invalid signature for key witness.example/w1", (await VerifyAsync(log)).Output);
    }

    [Fact]
    public async Task Our_proofs_hold_for_it_each_for_its_own_record_alone()
    {
        using var log = await WrittenLog.OfAsync(66_000);
        var prover = new Prover(new TreeFolder(log.Folder), await SignedAsync(log));
        List<string> paths = [];
        foreach (var index in (long[])[0, 1, 255, 256, 40_000, 65_535, 65_536, 65_999])
        {
            var proof = (await prover.ProveAsync(index, default)).Proof;
            paths.Add(await WriteAsync($"proof-{index}", proof.ToString()));
            var moved = await WriteAsync("moved", (proof with { Index = index ^ 1 }).ToString());
            Assert.Equal(1, (await _go.RunAsync("proof", log.VerifierKeys, log.Folder, moved)).Code);
        }

        Assert.Equal((0, $"ok, {paths.Count} proofs\n"), await _go.RunAsync(["proof", log.VerifierKeys, log.Folder, .. paths]));
    }

    [Fact]
    public async Task It_sees_that_a_log_extends_what_it_was_and_that_another_does_not()
    {
        using var older = await WrittenLog.OfAsync(300);
        using var newer = await WrittenLog.OfAsync(300, 66_000);
        var old = Path.Combine(older.Folder, "checkpoint");
        var proof = await new Prover(new TreeFolder(newer.Folder), await SignedAsync(newer)).ExtensionAsync(300, default);
        var hashes = await WriteAsync("hashes", string.Concat(proof.Select(h => Convert.ToBase64String(h) + "\n")));
        Assert.Equal((0, "ok\n"), await _go.RunAsync("extends", newer.VerifierKeys, newer.Folder, old, hashes));
        var shorter = await WriteAsync("shorter", string.Concat(proof.Skip(1).Select(h => Convert.ToBase64String(h) + "\n")));
        Assert.Equal(1, (await _go.RunAsync("extends", newer.VerifierKeys, newer.Folder, old, shorter)).Code);
        var forked = new Checkpoint(WrittenLog.Origin, 300, new byte[32]).ToString();
        var fork = await WriteAsync("fork", new SignedNote(forked, [older.Key.Sign(forked)]).ToString());
        Assert.Equal(1, (await _go.RunAsync("extends", newer.VerifierKeys, newer.Folder, fork)).Code);
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("tile/entries/001")]
    [InlineData("tile/0/001")]
    [InlineData("tile/0/002.p/88")]
    [InlineData("tile/1/000.p/2")]
    public async Task It_finds_a_changed_byte_as_we_do(string path)
    {
        using var log = await WrittenLog.OfAsync(600);
        var file = Path.Combine(log.Folder, path);
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 0x20;
        await File.WriteAllBytesAsync(file, bytes);
        Assert.Equal((1, false), ((await VerifyAsync(log)).Code, (await log.VerifyAsync()).Holds));
    }

    public ValueTask DisposeAsync()
    {
        _go.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<(int Code, string Output)> VerifyAsync(WrittenLog log) => _go.RunAsync("verify", log.VerifierKeys, log.Folder);

    private async Task<string> WriteAsync(string name, string text)
    {
        var path = _folder.In(name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    private static async Task<SignedCheckpoint> SignedAsync(WrittenLog log) =>
        SignedCheckpoint.TryParse(await File.ReadAllBytesAsync(Path.Combine(log.Folder, "checkpoint")), out var signed)
            ? signed : throw new InvalidOperationException();
}
