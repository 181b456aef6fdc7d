using System.Diagnostics;
using Keyward.Delivery.Sinks;
using Keyward.Tests.Conformance;

namespace Keyward.Tests.Delivery.Sinks;

public sealed class FileSinkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Records_are_lines_and_a_torn_one_is_written_anew()
    {
        var path = _folder.In("audit.jsonl");
        using var sink = new FileSink(path, "keyward");
        await sink.SendAsync(Batches.Of(0, 2), default);
        await File.AppendAllTextAsync(path, Batches.Record(2)[..40]);
        await sink.SendAsync(Batches.Of(2, 1), default);
        Assert.Equal(string.Concat(Enumerable.Range(0, 3).Select(i => Batches.Record(i) + "\n")),
            await File.ReadAllTextAsync(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task A_file_that_was_rotated_is_begun_anew()
    {
        var path = _folder.In("audit.jsonl");
        using var sink = new FileSink(path, "keyward");
        await sink.SendAsync(Batches.Of(0, 1), default);
        File.Move(path, path + ".1");
        await sink.SendAsync(Batches.Of(1, 1), default);
        Assert.Equal(Batches.Record(1) + "\n", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task A_file_that_is_not_ours_is_left_alone()
    {
        var path = _folder.In("image");
        await File.WriteAllBytesAsync(path, new byte[300_000]);
        using var sink = new FileSink(path, "keyward");
        await Assert.ThrowsAsync<DeliveryException>(async () => await sink.SendAsync(Batches.Of(0, 1), default));
        Assert.Equal(300_000, new FileInfo(path).Length);
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_confirms_nothing()
    {
        foreach (var path in (string[])["/dev/full", _folder.Path, _folder.In("missing/file")])
        {
            using var sink = new FileSink(path, "keyward");
            await Assert.ThrowsAnyAsync<Exception>(async () => await sink.SendAsync(Batches.Of(0, 1), default));
        }
    }

    [Fact]
    public async Task A_folder_and_a_pipe_are_called_that()
    {
        var pipe = _folder.In("pipe");
        using (var made = Process.Start("mkfifo", pipe)) await made.WaitForExitAsync();
        foreach (var (path, why) in ((string, string)[])[(_folder.Path, "is a folder"), (pipe, "is a pipe")])
        {
            using var sink = new FileSink(path, "keyward");
            Assert.Contains(why, (await Assert.ThrowsAsync<DeliveryException>(
                async () => await sink.SendAsync(Batches.Of(0, 1), default))).Message);
        }
    }

    public void Dispose() => _folder.Dispose();
}
