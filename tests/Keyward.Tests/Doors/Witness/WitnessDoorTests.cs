using System.Text;
using Keyward.Doors.Witness;
using Keyward.Keystores.Root;
using Keyward.Tests.Vault.Audit.Tree;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Witnessing;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Http;

namespace Keyward.Tests.Doors.Witness;

/// <summary>A witness against logs that grow honestly, and against those that were rewritten, shrunk or forged; statuses
/// as tlog-witness demands them.</summary>
public sealed class WitnessDoorTests : IAsyncLifetime
{
    private const string Origin = "log.example/1";

    private readonly NoteSigner _log = LogKey.Of(Origin);
    private readonly MemoryTree _files = new();
    private OpenDoors _doors = null!;
    private TreeWriter _writer = null!;

    public async ValueTask InitializeAsync()
    {
        _doors = await OpenDoors.OpenAsync();
        _writer = TreeWriter.Open(_files, Origin, [_log.Key], NoteSigner.IsGood);
    }

    [Fact]
    public async Task An_honest_log_is_vouched_for_as_it_grows()
    {
        await AddAsync();
        var key = await WitnessKeyAsync();
        var old = 0L;
        foreach (var count in (int[])[1, 6, 300, 1, 700])
        {
            var signed = Grow(count);
            var (status, _, body) = await AskAsync(old, await ProofAsync(signed, old), signed);
            Assert.Equal(200, status);
            Assert.True(NoteSignature.TryParse(body.TrimEnd('\n'), out var cosignature), body);
            var note = new SignedNote(signed.Note.Text, [cosignature]);
            Assert.Equal([key], note.SignedBy([key], NoteSigner.IsGood));
            Assert.InRange(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - Cosignature.TimeOf(cosignature.Bytes), 0, 60);
            old = signed.Checkpoint.Size;
        }

        var (again, _, _) = await AskAsync(old, [], _writer.Latest!);
        Assert.Equal(200, again);
        var listed = (await _doors.SendAsync("GET", "/keyward/v1/witness")).Json.GetProperty("logs")[0];
        Assert.Equal((Origin, "1008"), (listed.GetProperty("origin").GetString(), listed.GetProperty("size").GetString()));
    }

    [Fact]
    public async Task What_is_not_the_logs_own_honest_growth_is_refused()
    {
        var first = Grow(10);
        Assert.Equal(404, (await AskAsync(0, [], first)).Status);
        await AddAsync();
        Assert.Equal(200, (await AskAsync(0, [], first)).Status);
        var (stale, type, size) = await AskAsync(0, [], first);
        Assert.Equal((409, "text/x.tlog.size", "10\n"), (stale, type, size));
        var second = Grow(10);
        Assert.Equal(422, (await AskAsync(10, [], second)).Status);
        var proof = await ProofAsync(second, 10);
        proof[0][0] ^= 1;
        Assert.Equal(422, (await AskAsync(10, proof, second)).Status);
        Assert.Equal(400, (await AskAsync(30, [], second)).Status);
        var stranger = LogKey.Of(Origin, 7);
        Assert.Equal(403, (await AskAsync(10, await ProofAsync(second, 10), Signed(second.Checkpoint, stranger))).Status);
        var rewritten = first.Checkpoint with { Root = second.Checkpoint.Root };
        Assert.Equal(409, (await AskAsync(10, [], Signed(rewritten, _log))).Status);
        var shrunk = first.Checkpoint with { Size = 5 };
        Assert.Equal(400, (await AskAsync(10, [], Signed(shrunk, _log))).Status);
        // None of it moved what is vouched for.
        Assert.Equal(200, (await AskAsync(10, await ProofAsync(second, 10), second)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("old 0\n")]
    [InlineData("old 00\n\nx\n1\nx\n\n— x y\n")]
    [InlineData("old -1\n\nlog.example/1\n")]
    [InlineData("old 0\n\nlog.example/1\n1\nToNmfkNq3Hjox4OrhV/IxK74gpm4ExnjL0DNtx2zTIw=\n\n")]
    [InlineData("new 0\n\nlog.example/1\n1\n\n")]
    public async Task What_is_no_request_is_refused_and_recorded(string body)
    {
        var before = _doors.Records;
        Assert.Equal(400, (await SendAsync(Encoding.UTF8.GetBytes(body))).Status);
        Assert.Equal(before + 1, _doors.Records);
    }

    [Fact]
    public async Task A_log_that_was_taken_out_and_comes_back_goes_on_where_it_was()
    {
        await AddAsync();
        var signed = Grow(3);
        Assert.Equal(200, (await AskAsync(0, [], signed)).Status);
        Assert.Equal(200, (await _doors.SendAsync("POST", "/keyward/v1/witness/logs:remove", $$"""{"origin":"{{Origin}}"}""")).Status);
        Assert.Equal(404, (await AskAsync(3, [], signed)).Status);
        await AddAsync();
        Assert.Equal(409, (await AskAsync(0, [], signed)).Status);
        Assert.Equal(200, (await AskAsync(3, [], signed)).Status);
    }

    [Fact]
    public async Task Only_a_logs_own_keys_name_it()
    {
        foreach (var keys in (string[])["", $"\"{_log.WitnessKey}\"", $"\"{_log.Key}\",\"{LogKey.Of("other").Key}\"", "\"x+1+y\""])
            Assert.Equal(400, (await _doors.SendAsync(
                "POST", "/keyward/v1/witness/logs", $$"""{"vkeys":[{{keys}}]}""")).Status);
    }

    [Fact]
    public void Every_reason_has_a_status() => Assert.All(
        Enum.GetValues<RefusalReason>(), r => Assert.InRange(WitnessDoor.StatusOf(r), 400, 599));

    [Fact]
    public async Task Requests_print_as_they_are_read()
    {
        Grow(5);
        var signed = Grow(8);
        var request = new CosignRequest(5, await ProofAsync(signed, 5), signed);
        Assert.True(CosignRequest.TryParse(Encoding.UTF8.GetBytes(request.ToString()), out var read));
        Assert.Equal(request.ToString(), read.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _doors.DisposeAsync();
        _log.Dispose();
    }

    private async Task AddAsync() => Assert.Equal(200, (await _doors.SendAsync(
        "POST", "/keyward/v1/witness/logs", $$"""{"vkeys":["{{_log.Key}}"]}""")).Status);

    private async Task<VerifierKey> WitnessKeyAsync()
    {
        var text = (await _doors.SendAsync("GET", "/keyward/v1/witness")).Json.GetProperty("vkey").GetString()!;
        Assert.True(VerifierKey.TryParse(text, out var key));
        Assert.Equal(NoteKeyType.Cosignature, key.Type);
        return key;
    }

    private SignedCheckpoint Grow(int count) => _writer.Extend(Enumerable.Range(0, count).Select(i =>
        (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"{_writer.Size + i}")), [_log]);

    private async Task<List<byte[]>> ProofAsync(SignedCheckpoint signed, long old) =>
        [.. (await new Prover(_files, signed).ExtensionAsync(old, default)).Select(h => h.ToArray())];

    private static SignedCheckpoint Signed(Checkpoint checkpoint, NoteSigner signer)
    {
        var text = checkpoint.ToString();
        return new SignedCheckpoint(checkpoint, new SignedNote(text, [signer.Sign(text)]));
    }

    private Task<(int Status, string? Type, string Body)> AskAsync(
        long old, IReadOnlyList<byte[]> proof, SignedCheckpoint signed) =>
        SendAsync(Encoding.UTF8.GetBytes(new CosignRequest(old, proof, signed).ToString()));

    private async Task<(int Status, string? Type, string Body)> SendAsync(byte[] body)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.Path = WitnessDoor.Path;
        context.Request.Body = new MemoryStream(body);
        context.Response.Body = new MemoryStream();
        await WitnessDoor.ServeAsync(context, _doors.Gate);
        return (context.Response.StatusCode, context.Response.ContentType,
            Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()));
    }
}
