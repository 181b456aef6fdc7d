using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Keyward.Cli;
using Keyward.Tests.Conformance;

namespace Keyward.Tests.Cli;

public sealed class LogSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_line_that_is_not_ended_yet_is_left_for_the_next_time()
    {
        var file = Write("a.log", "one\n\ntwo\r\nthr");
        Assert.Equal(["one", "", "two\r"], await ReadAsync(file));
        await File.AppendAllTextAsync(file, "ee\n");
        Assert.Equal(["one", "", "two\r", "three"], await ReadAsync(file));
    }

    [Fact]
    public async Task A_folder_is_its_files_in_order_of_their_names_and_only_the_last_may_go_on()
    {
        Write("2.log", "c\nd");
        Write("1.log", "a\nb");
        Assert.Equal(["a", "b", "c"], await ReadAsync(_folder.Path));
    }

    [Fact]
    public async Task Of_a_folder_files_alone_are_read_and_what_is_left_out_is_named()
    {
        Write("1.log", "a\n");
        Write("3.log", "b\nc");
        Directory.CreateDirectory(_folder.In("2.log"));
        File.CreateSymbolicLink(_folder.In("4.log"), _folder.In("1.log"));
        File.CreateSymbolicLink(_folder.In("5.log"), _folder.In("none"));
        using var pipe = Process.Start("mkfifo", [_folder.In("0.log"), _folder.In("9\u001b[2J.log")]);
        await pipe.WaitForExitAsync();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.In("7.log")));
        var notes = new List<string>();
        // The last file is still written though other things follow it.
        Assert.Equal(["a", "b"], await ReadAsync(_folder.Path, notes.Add));
        Assert.Equal($"Of {_folder.Path} only files are read; left out: 0.log (a pipe), 2.log (a folder), " +
            "4.log (a link), 5.log (a link), 7.log (a socket or device) and 1 more.", notes[0]);
        Assert.StartsWith($"The last line of {_folder.Path} has no ", Assert.Single(notes[1..]), StringComparison.Ordinal);
        File.Delete(_folder.In("0.log"));
        notes.Clear();
        await ReadAsync(_folder.Path, notes.Add);
        Assert.EndsWith("9?[2J.log (a pipe).", notes[0]);
    }

    [Fact]
    public async Task What_is_no_file_is_refused_where_it_is_named_and_a_link_is_followed()
    {
        using var made = Process.Start("mkfifo", [_folder.In("pipe")]);
        await made.WaitForExitAsync();
        File.CreateSymbolicLink(_folder.In("to-pipe"), _folder.In("pipe"));
        File.CreateSymbolicLink(_folder.In("to-file"), Write("a.log", "one\n"));
        foreach (var (place, kind) in new[]
            { (_folder.In("pipe"), "a pipe"), (_folder.In("to-pipe"), "a pipe"), ("/dev/zero", "a device") })
            Assert.Equal($"{place} is {kind}, not a file.",
                (await Assert.ThrowsAsync<FailedException>(() => ReadAsync(place))).Message);
        Assert.Equal(["one"], await ReadAsync(_folder.In("to-file")));
    }

    [Theory]
    [InlineData(ushort.MaxValue, true)]
    [InlineData(ushort.MaxValue + 1, false)]
    public async Task A_line_is_as_long_as_a_bundle_can_say(int length, bool isFit)
    {
        var file = Write("a.log", "first\n" + new string('x', length) + "\n");
        if (isFit) Assert.Equal(length, (await ReadAsync(file))[1].Length);
        else Assert.Contains("Line 2 ", (await Assert.ThrowsAsync<FailedException>(() => ReadAsync(file))).Message);
    }

    [Fact]
    public void A_folder_is_known_however_it_is_written()
    {
        var source = new LogSource(_folder.Path);
        Assert.True(source.IsFolder(_folder.Path + "/"));
        Assert.True(source.IsFolder(_folder.In("tree/..")));
        Assert.False(source.IsFolder(_folder.In("tree")));
        Assert.False(new LogSource("-").IsFolder("-"));
    }

    [Fact]
    public async Task What_is_not_there_is_said() =>
        await Assert.ThrowsAsync<FailedException>(() => ReadAsync(Path.Combine(_folder.Path, "none")));

    private string Write(string name, string text)
    {
        var file = Path.Combine(_folder.Path, name);
        File.WriteAllText(file, text);
        return file;
    }

    private static async Task<List<string>> ReadAsync(string place, Action<string>? note = null)
    {
        var lines = new List<string>();
        await foreach (var line in new LogSource(place, note).ReadAsync(CancellationToken.None))
            lines.Add(Encoding.UTF8.GetString(line));
        return lines;
    }
}
