namespace Keyward.Server.Development;

/// <summary>The data folder of a development server: it is marked as such before anything is put into it, and what an
/// earlier start left there is thrown away. A folder that holds anything else is never taken, and a marked one never
/// serves production.</summary>
internal static class DevFolder
{
    public const string Marker = "development";

    /// <summary>What may lie in a folder that nobody has used yet: what the opening of it makes, a configuration, and
    /// what file systems put there.</summary>
    private static readonly string[] Harmless =
        ["lock", "lock.info", "keyward.json", "lost+found", Marker, Marker + ".new"];

    /// <summary>All that a server makes in its folder. Nothing else is thrown away.</summary>
    private static readonly string[] Ours =
    [
        "keyward.db", "keyward.db-wal", "keyward.db-shm", "root.key", "root.seal", "root.key.old", "root.seal.old",
        "node", "keyward.sock", "tls",
        "credentials", "audit",
    ];

    /// <summary>Called with the folder's lock held.</summary>
    public static void Prepare(DataFolder folder)
    {
        if (!File.Exists(folder.In(Marker)))
        {
            if (Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Except(Harmless)
                .FirstOrDefault() is { } found)
                throw new StartException(
                    $"The data folder {folder.Path} was not made by --dev: it holds {found}. A development server " +
                    "throws its folder's content away at each start, so it takes an empty one only.",
                    "Give another one: --data DIR");
            DataFolder.WriteSecret(folder.In(Marker),
                "A development server's folder: emptied at each start. Nothing in it is secret.\n"u8);
        }

        foreach (var name in Ours)
            if (Directory.Exists(folder.In(name))) Directory.Delete(folder.In(name), recursive: true);
            else File.Delete(folder.In(name));
    }

    public static void RefuseForProduction(DataFolder folder)
    {
        if (File.Exists(folder.In(Marker)))
            throw new StartException(
                $"The data folder {folder.Path} was made by --dev: its keys are no secret, and it never serves " +
                "without --dev.", "Give another one: --data DIR");
    }
}
