using System.Diagnostics;
using System.Text;

namespace Keyward.SystemTests.Running;

/// <summary>The real program, started as a process of its own on a free port.</summary>
internal sealed class KeywardServer : IAsyncDisposable
{
    /// <summary>For what takes a moment on a machine of one's own. No test measures by it: it ends one that
    /// hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Of a command, which may be a whole guide.</summary>
    private static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private readonly StringBuilder _errors;

    private KeywardServer(Process process, string data, string address, StringBuilder errors) =>
        (_process, Data, Address, _errors) = (process, data, address, errors);

    public static string Root { get; } = FindRoot();

    public static string Program { get; } = FindProgram();

    public string Data { get; }

    /// <summary>HOST:PORT.</summary>
    public string Address { get; }

    public string Errors
    {
        get { lock (_errors) return _errors.ToString(); }
    }

    public int ProcessId => _process.Id;

    public static async Task<KeywardServer> StartAsync(
        string data, string listen = "127.0.0.1:0", params (string Name, string Value)[] environment)
    {
        var (server, output) = await TryStartAsync(data, listen, environment);
        return server ?? throw new InvalidOperationException("The server did not start: " + output);
    }

    /// <summary>The server, or what it said instead of starting.</summary>
    public static Task<(KeywardServer? Server, string Errors)> TryStartAsync(
        string data, string listen = "127.0.0.1:0", params (string Name, string Value)[] environment) =>
        TryStartReleaseAsync(Program, data, listen, environment);

    /// <summary>Another release of the program, beside those of the one that is tested.</summary>
    public static async Task<(KeywardServer? Server, string Errors)> TryStartReleaseAsync(
        string program, string data, string listen, params (string Name, string Value)[] environment)
    {
        var process = new Process
        {
            StartInfo = Start(program, ["server", "--data", data, "--listen", listen], environment),
        };
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors) errors.AppendLine(line.Data);
        };
        process.Start();
        process.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(Patience);
        var ready = await process.StandardOutput.ReadLineAsync(patience.Token);
        if (ready is null)
        {
            await process.WaitForExitAsync(patience.Token);
            process.Dispose();
            return (null, errors.ToString());
        }

        Assert.StartsWith("keyward ready https://", ready);
        var address = ready.Split(' ')[2]["https://".Length..];
        return (new KeywardServer(process, data, address, errors), "");
    }

    /// <summary>Runs a program to its end and gives exit code, output and errors.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(
        string program, string[] arguments, string? folder = null, params (string Name, string Value)[] environment)
    {
        using var process = new Process { StartInfo = Start(program, arguments, environment, folder) };
        process.Start();
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(LongPatience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            // What hangs must not outlive its test.
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end in {LongPatience}.");
        }
    }

    /// <summary>The variables of credentials/admin.env, with this server's address.</summary>
    public (string Name, string Value)[] AdminEnvironment() =>
    [
        .. File.ReadLines(Path.Combine(Data, "credentials/admin.env"))
            .Where(l => l.StartsWith("export ", StringComparison.Ordinal))
            .Select(l => l["export ".Length..].Split('=', 2)).Select(p => (p[0], p[1].Trim('\''))),
    ];

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM, and the exit code that follows.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        return await ExitAsync();
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Waits until the log holds a text.</summary>
    public async Task UntilSaidAsync(string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!Errors.Contains(text, StringComparison.Ordinal))
        {
            if (patience.IsCancellationRequested) Assert.Fail($"The server never said: {text}\n{Errors}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
        await Task.CompletedTask;
    }

    private static ProcessStartInfo Start(
        string program, string[] arguments, (string Name, string Value)[] environment, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        Isolate(start);
        // Hundreds of servers start in a run: what each would make ahead costs more than the rest of its start.
        start.Environment["KEYWARD_KEYS_AHEAD"] = "false";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return start;
    }

    /// <summary>The machine's own trust and credentials must not leak into a test.</summary>
    public static void Isolate(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("KEYWARD_", StringComparison.Ordinal)
            || k.StartsWith("AWS_", StringComparison.Ordinal) || k.StartsWith("GOOGLE_", StringComparison.Ordinal)
            || k is "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH" or "NODE_EXTRA_CA_CERTS" or "REQUESTS_CA_BUNDLE").ToArray())
            start.Environment.Remove(name);
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Keyward.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    /// <summary>What <c>./test</c> names: the program as the launcher publishes it for users. Else, in the inner loop, what
    /// the build left.</summary>
    private static string FindProgram()
    {
        if (Environment.GetEnvironmentVariable("TESTED_PROGRAM") is { Length: > 0 } published) return published;
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        return Path.Combine(FindRoot(), $"src/Keyward/bin/{configuration}/net10.0/keyward");
    }
}
