using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;

namespace Keyward.Cli;

/// <summary>Logs in a folder: a data folder, its <c>audit</c>, or one log; and the verifier keys beside them.</summary>
internal sealed class AuditFolder
{
    private const string KeyFileName = "vkey";

    private AuditFolder(string path, IReadOnlyList<string> logs, bool isOneLog) =>
        (Path, Logs, IsOneLog) = (path, logs, isOneLog);

    public string Path { get; }

    /// <summary>The logs' folders, by name.</summary>
    public IReadOnlyList<string> Logs { get; }

    public bool IsOneLog { get; }

    public static AuditFolder Open(string path)
    {
        if (!Directory.Exists(path)) throw new FailedException(
            File.Exists(path) ? $"{path} is not a folder." : $"There is nothing at {path}.",
            "Name the audit folder of a data folder: keyward audit verify ~/.keyward/audit");
        if (IsLog(path))
            return new AuditFolder(
                System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)), [path], true);
        var audit = System.IO.Path.Combine(path, "audit");
        var folder = Directory.Exists(audit) && !Holds(path) ? audit : path;
        return new AuditFolder(folder,
            [.. Directory.GetDirectories(folder).Where(IsLog).Order(StringComparer.Ordinal)], false);
    }

    /// <summary>The keys of a file, or else of the one that lies with the logs.</summary>
    public IReadOnlyList<VerifierKey> Keys(string? file)
    {
        file ??= System.IO.Path.Combine(IsOneLog ? System.IO.Path.GetDirectoryName(Path)! : Path, KeyFileName);
        if (!File.Exists(file)) throw new FailedException($"There are no verifier keys at {file}.",
            "Give the file that keyward audit vkey printed: --vkey FILE");
        return VerifierKey.ParseLines(File.ReadAllText(file));
    }

    /// <summary>Whether a node goes on writing this log here: the folder is a node's own, and no later log of it is
    /// known. A copy for others, an archive, a log that was restored have no journal; this one must.</summary>
    public static bool IsWritten(string log)
    {
        var audit = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(
            System.IO.Path.TrimEndingDirectorySeparator(log)))!;
        var node = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(audit) ?? audit, "node");
        var keys = System.IO.Path.Combine(audit, KeyFileName);
        if (!File.Exists(node) || !File.Exists(keys)) return false;
        var name = File.ReadAllText(node).Trim();
        var own = VerifierKey.ParseLines(File.ReadAllText(keys))
            .Where(k => k.Type == NoteKeyType.Ed25519 && LogKeys.NodeOf(k.Name) == name).ToList();
        return own.Count > 0 && OriginOf(log, own) == own.MaxBy(k => LogKeys.SuccessionOf(k.Name))!.Name;
    }

    /// <summary>The log that a folder is named for.</summary>
    public static string? OriginOf(string log, IEnumerable<VerifierKey> keys) => keys
        .FirstOrDefault(k => k.Type == NoteKeyType.Ed25519 && LogKeys.FolderOf(k.Name) == System.IO.Path.GetFileName(
            System.IO.Path.TrimEndingDirectorySeparator(log)))?.Name;

    private static bool Holds(string path) => Directory.GetDirectories(path).Any(IsLog);

    private static bool IsLog(string path) => File.Exists(System.IO.Path.Combine(path, "checkpoint"))
        || Directory.Exists(System.IO.Path.Combine(path, "tile"))
        || Directory.Exists(System.IO.Path.Combine(path, "journal"));
}
