using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Crash;

/// <summary>A disk of its own in memory, small enough to be filled. Mounting it takes root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    public static async Task<SmallDisk> MountAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a small disk takes root");
        var path = Directory.CreateTempSubdirectory("keyward-disk-").FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", path);
        return new SmallDisk(path);
    }

    public string Folder => _path;

    public string In(string name) => Path.Combine(_path, name);

    /// <summary>Takes what is left but so much, or all to the last byte.</summary>
    public void Fill(int leaveKiB = 0)
    {
        using var filler = new FileStream(In("filler"), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        foreach (var sizeBytes in (int[])[1 << 20, 4_096, 1])
        {
            var block = new byte[sizeBytes];
            try
            {
                while (true) filler.Write(block);
            }
            catch (IOException)
            {
                // Full.
            }
        }

        filler.SetLength(Math.Max(0, filler.Length - leaveKiB * 1_024));
    }

    public void Empty() => File.Delete(In("filler"));

    public Task MakeReadOnlyAsync() => RunAsync("mount", "-o", "remount,ro", _path);

    public void Dispose()
    {
        // Lazily: a server that a failed test left behind may still hold files.
        RunAsync("umount", "-l", _path).GetAwaiter().GetResult();
        Directory.Delete(_path);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var (code, _, errors) = await KeywardServer.RunAsync(program, arguments);
        Assert.True(code == 0, errors);
    }
}
