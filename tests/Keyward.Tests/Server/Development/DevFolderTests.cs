using Keyward.Server;
using Keyward.Server.Development;
using Keyward.Tests.Conformance;

namespace Keyward.Tests.Server.Development;

public sealed class DevFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("keyward.db")]
    [InlineData("root.key")]
    [InlineData("audit/vkey")]
    [InlineData("thesis.txt")]
    public void A_folder_that_holds_anything_else_is_never_taken(string file)
    {
        var path = Path.Combine(_folder.Path, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "mine");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var folder = DataFolder.Open(_folder.Path, TimeProvider.System);
        Assert.Throws<StartException>(() => DevFolder.Prepare(folder));
        Assert.Equal("mine", File.ReadAllText(path));
        Assert.False(File.Exists(folder.In(DevFolder.Marker)));
        DevFolder.RefuseForProduction(folder);
    }

    [Fact]
    public void What_an_earlier_start_left_is_thrown_away_and_nothing_else()
    {
        using var folder = DataFolder.Open(_folder.Path, TimeProvider.System);
        File.WriteAllText(folder.In("keyward.json"), "{}");
        DevFolder.Prepare(folder);
        folder.Make("audit");
        File.WriteAllText(folder.In("audit/vkey"), "old");
        File.WriteAllText(folder.In("keyward.db"), "old");
        File.WriteAllText(folder.In("notes.txt"), "mine");
        DevFolder.Prepare(folder);
        Assert.False(Directory.Exists(folder.In("audit")));
        Assert.False(File.Exists(folder.In("keyward.db")));
        Assert.Equal("mine", File.ReadAllText(folder.In("notes.txt")));
        Assert.True(File.Exists(folder.In("keyward.json")));
    }

    [Fact]
    public void A_folder_made_for_development_never_serves_production()
    {
        using var folder = DataFolder.Open(_folder.Path, TimeProvider.System);
        DevFolder.Prepare(folder);
        Assert.Throws<StartException>(() => DevFolder.RefuseForProduction(folder));
    }
}
