using System.Globalization;

namespace Keyward.Server;

/// <summary>The data folder: who holds it, and where things lie in it. One server holds it at a time, by a lock of the
/// operating system that ends with the process.</summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    public string Store => In("keyward.db");

    public string RootKey => In("root.key");

    public string RootSeal => In("root.seal");

    public string Socket => In("keyward.sock");

    public string Tls => In("tls");

    public string Credentials => In("credentials");

    public string AdminKeyFile => In("credentials/admin.json");

    public string AdminEnvironment => In("credentials/admin.env");

    public string Audit => In("audit");

    public string In(string name) => System.IO.Path.Combine(Path, name);

    public static DataFolder Open(string path, TimeProvider time)
    {
        try
        {
            Directory.CreateDirectory(path, OwnerFolder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The data folder {path} cannot be made: {failure.Message}",
                "Give another one: --data DIR");
        }

        var folder = new DataFolder(path, Hold(path));
        try
        {
            folder.RefuseOpenSecrets();
            File.WriteAllText(folder.In("lock.info"), string.Create(CultureInfo.InvariantCulture,
                $"{Environment.ProcessId} {time.GetLocalNow():HH:mm}"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            folder.Dispose();
            throw new StartException($"The data folder {path} cannot be written: {failure.Message}",
                "Make it writable for this user, or give another one: --data DIR");
        }
        catch (StartException)
        {
            folder.Dispose();
            throw;
        }

        return folder;
    }

    /// <summary>The name of the node that this folder is: made once, and never another's.</summary>
    public string NodeName()
    {
        var file = In("node");
        if (File.Exists(file)) return File.ReadAllText(file).Trim();
        var name = "node-" + Vault.Storage.Founding.NewId()[..8];
        WriteSecret(file, System.Text.Encoding.ASCII.GetBytes(name + "\n"));
        return name;
    }

    /// <summary>The running kernel: a process of an earlier boot, or of another machine, is not excluded by this
    /// folder's lock.</summary>
    public static string MachineId() => File.Exists("/proc/sys/kernel/random/boot_id")
        ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()
        : Environment.MachineName;

    /// <summary>Makes a subfolder that only the owner can enter.</summary>
    public void Make(string name) => MakeOwned(In(name));

    public static void MakeOwned(string path) => Directory.CreateDirectory(path, OwnerFolder);

    /// <summary>Writes a file of mode 0600 beside its place and moves it there when it is whole and on disk.</summary>
    public static void WriteSecret(string path, ReadOnlySpan<byte> content)
    {
        var beside = path + ".new";
        File.Delete(beside);
        using (var file = new FileStream(beside, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerFile,
        }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Hold(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, "lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None,
                UnixCreateMode = OwnerFile,
            });
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new StartException($"The data folder {path} cannot be written: {failure.Message}",
                "Make it writable for this user, or give another one: --data DIR");
        }
        catch (IOException failure)
        {
            var holder = Holder(path);
            throw holder is null
                ? new StartException($"The data folder {path} cannot be used: {failure.Message}",
                    "Give another one: --data DIR")
                : new StartException($"The data folder {path} is in use by the Keyward server with process {holder}.",
                    "Use that one, stop it, or give another folder: --data DIR");
        }
    }

    private static string? Holder(string path)
    {
        try
        {
            return File.ReadAllText(System.IO.Path.Combine(path, "lock.info")).Split(' ') is [var process, var since]
                ? $"{process}, since {since}"
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private void RefuseOpenSecrets()
    {
        foreach (var file in (string[])[RootKey, RootSeal, AdminKeyFile, AdminEnvironment, Store])
        {
            if (!File.Exists(file) || (File.GetUnixFileMode(file) & ~OwnerFile) == 0) continue;
            throw new StartException($"{file} can be read by others than its owner.",
                $"Make it yours alone: chmod 600 {file}");
        }
    }
}
