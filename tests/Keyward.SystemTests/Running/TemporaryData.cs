namespace Keyward.SystemTests.Running;

/// <summary>A data folder of its own for one test.</summary>
internal sealed class TemporaryData : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("keyward-system-").FullName;

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A copy of another folder, as an operator makes one.</summary>
    public async Task CopyAsync(string folder, string name)
    {
        var (code, _, errors) = await KeywardServer.RunAsync("cp", ["-a", folder, In(name)]);
        Assert.True(code == 0, errors);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
