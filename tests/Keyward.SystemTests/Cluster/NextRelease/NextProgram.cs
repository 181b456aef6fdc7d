using System.Diagnostics;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Cluster.NextRelease;

/// <summary>The release after this one: the product's own sources, published under a higher version and with one migration
/// more (<c>migration.sql</c>). It is kept in <c>.build</c> until a source changes. It is not compiled ahead, which takes
/// longer than the compiler.</summary>
internal static class NextProgram
{
    public const string Version = "99.0.0";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>The number of the schema that the sources know; the next release knows one more.</summary>
    public static int Schema => MigrationFiles().Count();

    private static string Root => KeywardServer.Root;

    private static string Folder => Path.Combine(Root, ".build/next-release");

    /// <summary>Gives the path of the program, published anew where a source is newer.</summary>
    public static async Task<string> PublishAsync()
    {
        var program = Path.Combine(Folder, "program/keyward");
        if (File.Exists(program) && File.GetLastWriteTimeUtc(program) >= NewestSource()) return program;
        Directory.CreateDirectory(Folder);
        var log = Path.Combine(Folder, "publish.log");
        // The compiler's server outlives the command and would hold a pipe of ours open: its output goes to a file. What
        // lies in the way of the sources' own `obj` folders is kept apart by the folder for artifacts.
        var start = new ProcessStartInfo("/bin/sh",
        [
            "-c", "exec \"$@\" >\"$0\" 2>&1", log, "dotnet", "publish", "src/Keyward/Keyward.csproj", "-c", "Release",
            "--self-contained", "false", "--artifacts-path", Path.Combine(Folder, "artifacts"),
            "-o", Path.GetDirectoryName(program)!, "-v", "quiet", "--nologo", "-p:RunAnalyzers=false",
            "-p:PublishReadyToRun=false", $"-p:Version={Version}", $"-p:NextMigration={Schema + 1:0000}",
            "-p:DirectoryBuildTargetsPath="
                + Path.Combine(Root, "tests/Keyward.SystemTests/Cluster/NextRelease/next.targets"),
        ]) { WorkingDirectory = Root };
        var began = TimeProvider.System.GetUtcNow().UtcDateTime;
        using var publish = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        await publish.WaitForExitAsync(patience.Token);
        Assert.True(publish.ExitCode == 0, await File.ReadAllTextAsync(log));
        // A source that changes while it is compiled counts as newer.
        File.SetLastWriteTimeUtc(program, began);
        return program;
    }

    private static IEnumerable<string> MigrationFiles() =>
        Directory.EnumerateFiles(Path.Combine(Root, "src/Keyward.Stores/Postgres/Migrations"), "*.sql");

    private static DateTime NewestSource()
    {
        string[] folders = ["src", "tests/Keyward.SystemTests/Cluster/NextRelease"];
        return folders.Select(f => Path.Combine(Root, f)).SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .Where(f => !f.Contains("/bin/", StringComparison.Ordinal))
            .Concat(((string[])["Directory.Build.props", "Directory.Packages.props", "global.json"])
                .Select(f => Path.Combine(Root, f)))
            .Max(File.GetLastWriteTimeUtc);
    }
}
