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

    private static async Task<List<string>> ReadAsync(string place)
    {
        var lines = new List<string>();
        await foreach (var line in new LogSource(place).ReadAsync(CancellationToken.None))
            lines.Add(Encoding.UTF8.GetString(line));
        return lines;
    }
}
