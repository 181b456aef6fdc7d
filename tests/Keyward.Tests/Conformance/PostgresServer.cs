using System.Diagnostics;

namespace Keyward.Tests.Conformance;

/// <summary>A PostgreSQL server of the tests' own: a folder, a Unix socket, nobody else's data. One for a run of tests;
/// each test makes a database in it.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    /// <summary>Seconds that a start or an end may take, a recovery after a kill on a busy machine as well.</summary>
    private const string Patience = "300";

    private static int _next;

    private readonly string _folder = Directory.CreateTempSubdirectory("kwpg").FullName;
    private readonly string _programs = FindPrograms();
    private int _port = 5432;

    public string Folder => _folder;

    private string Data => Path.Combine(_folder, "data");

    private bool IsStarted => File.Exists(Path.Combine(Data, "postmaster.pid"));

    public async ValueTask InitializeAsync()
    {
        if (Environment.IsPrivilegedProcess) Run("chown", "postgres", _folder);
        Run(_programs + "/initdb", "-D", Data, "-A", "trust", "-E", "UTF8", "--no-sync", "-U", "keyward");
        await StartAsync();
    }

    /// <summary>Flushes stay on only where a test kills the server.</summary>
    /// <param name="environment">NAME=VALUE, for the server.</param>
    public Task StartAsync(bool durable = false, params string[] environment)
    {
        Run("/usr/bin/env", [.. environment, _programs + "/pg_ctl", "-D", Data, "-w", "-t", Patience, "-l",
            Path.Combine(_folder, "log"), "-o", $"-k {_folder} -c listen_addresses='' -c max_connections=200 " +
            $"-c fsync={(durable ? "on" : "off")}", "start"]);
        return Task.CompletedTask;
    }

    /// <summary>Starts anew, and is reached by TCP as well, by TLS alone, with this certificate.</summary>
    public int ServeTls(string certificate, string key)
    {
        if (IsStarted) Stop("fast");
        foreach (var (name, text) in new[] { ("server.crt", certificate), ("server.key", key) })
        {
            var file = Path.Combine(Data, name);
            File.WriteAllText(file, text);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (Environment.IsPrivilegedProcess) Run("chown", "postgres", file);
        }

        File.WriteAllText(
            Path.Combine(Data, "pg_hba.conf"), "local all all trust\nhostssl all all 127.0.0.1/32 trust\n");
        _port = Ports.Next();
        Run(_programs + "/pg_ctl", "-D", Data, "-w", "-t", Patience, "-l", Path.Combine(_folder, "log"), "-o",
            $"-k {_folder} -p {_port} -c listen_addresses=127.0.0.1 -c ssl=on -c fsync=off", "start");
        return _port;
    }

    /// <summary>fast, or immediate: without a checkpoint, as after a loss of power.</summary>
    public void Stop(string mode) => Run(_programs + "/pg_ctl", "-D", Data, "-w", "-t", Patience, "-m", mode, "stop");

    public int Process => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First());

    /// <summary>All of its processes get SIGKILL; gone when this returns. It can be started again.</summary>
    public async Task KillAsync()
    {
        // It forks no more, so that all of them are known.
        Signal("STOP", [Process]);
        int[] all = [Process, .. Children()];
        Signal("KILL", all);
        while (all.Any(p => StateOf(p) is not (null or 'Z'))) await Task.Yield();
        // A dead process that nobody has reaped yet would count as a server that runs.
        File.Delete(Path.Combine(Data, "postmaster.pid"));
        File.Delete(Path.Combine(_folder, ".s.PGSQL.5432.lock"));
    }

    /// <summary>All of its processes stand still, its connections stay open, and nobody is told.</summary>
    public async Task FreezeAsync()
    {
        Signal("STOP", [Process]);
        while (StateOf(Process) != 'T') await Task.Yield();
        int[] children = [.. Children()];
        Signal("STOP", children);
        while (children.Any(p => StateOf(p) is not (null or 'Z' or 'T'))) await Task.Yield();
    }

    public void Continue()
    {
        if (IsStarted) Signal("CONT", [.. Children(), Process]);
    }

    /// <summary>A new, empty database; gives its connection string.</summary>
    public string MakeDatabase(string? tablespace = null)
    {
        var name = $"test{Interlocked.Increment(ref _next)}";
        Execute("postgres", $"CREATE DATABASE {name}{(tablespace is null ? "" : " TABLESPACE " + tablespace)}");
        return $"Host={_folder};Username=keyward;Database={name}";
    }

    public void MakeTablespace(string name, string folder)
    {
        if (Environment.IsPrivilegedProcess) Run("chown", "postgres", folder);
        Execute("postgres", $"CREATE TABLESPACE {name} LOCATION '{folder}'");
    }

    public void Execute(string database, string sql) => Query(database, sql);

    public string Query(string database, string sql) =>
        Run(_programs + "/psql", "-h", _folder, "-p", $"{_port}", "-U", "keyward", "-d", database,
            "-q", "-t", "-A", "-c", sql).Trim();

    /// <summary>From now on a commit waits until a standby of this name has it; of none if it is empty.</summary>
    public void Demand(string standby)
    {
        Execute("postgres", $"ALTER SYSTEM SET synchronous_standby_names = '{standby}'");
        Execute("postgres", "SELECT pg_reload_conf()");
    }

    /// <summary>Begins as a standby that streams from another server, and has caught up with it.</summary>
    public async Task FollowAsync(PostgresServer primary)
    {
        if (Environment.IsPrivilegedProcess) Run("chown", "postgres", _folder);
        Run(_programs + "/pg_basebackup", "-h", primary.Folder, "-U", "keyward", "-D", Data, "-R", "-X", "stream",
            "-c", "fast");
        await StartAsync();
        while (primary.Query("postgres",
            "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn = pg_current_wal_lsn()")
            != "1") await Task.Yield();
    }

    /// <summary>A standby gets no more of what its primary writes.</summary>
    public void StopReceiving()
    {
        Execute("postgres", "ALTER SYSTEM SET primary_conninfo = ''");
        Execute("postgres", "SELECT pg_reload_conf()");
        while (Query("postgres", "SELECT count(*) FROM pg_stat_wal_receiver") != "0") Thread.Yield();
    }

    public void Promote() => Execute("postgres", $"SELECT pg_promote(true, {Patience})");

    public ValueTask DisposeAsync()
    {
        // Who stands still hears nothing.
        Continue();
        if (IsStarted) Stop("immediate");
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private IEnumerable<int> Children() => Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), out var process) ? process : 0)
        .Where(p => p > 0 && StatusOf(p) is [_, var parent, ..] && parent == $"{Process}");

    private static char? StateOf(int process) => StatusOf(process) is [[var state], ..] ? state : null;

    /// <summary>What follows its name in <c>/proc/PID/stat</c>: state, parent; nothing of one that is gone.</summary>
    private static string[] StatusOf(int process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>One that has ended meanwhile is no fault.</summary>
    private static void Signal(string signal, int[] processes)
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-" + signal, .. processes.Select(p => $"{p}")]);
        kill.WaitForExit();
    }

    private static string FindPrograms() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderDescending().First() + "/bin"
        : throw new InvalidOperationException("The tests need PostgreSQL: ./test installs it.");

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static string Run(string program, params string[] arguments)
    {
        var asPostgres = Environment.IsPrivilegedProcess && program.StartsWith('/');
        var start = new ProcessStartInfo(asPostgres ? "runuser" : program)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        foreach (var argument in asPostgres ? ["-u", "postgres", "--", program, .. arguments] : arguments)
            start.ArgumentList.Add(argument);
        var isStart = arguments is [.., "start"];
        // The server would hold our pipes open for as long as it lives.
        if (isStart) (start.RedirectStandardOutput, start.RedirectStandardError) = (false, false);
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = isStart ? "" : process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {output}");
        return output;
    }
}
