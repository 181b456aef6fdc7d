using System.Diagnostics;

namespace Keyward.Tests.Conformance;

/// <summary>A program in Go of one file, built with the libraries that Debian packages.</summary>
internal sealed class GoProgram : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kwgo").FullName;

    private string Program => Path.Combine(_folder, "program");

    public static async Task<GoProgram> BuildAsync(string source)
    {
        var built = new GoProgram();
        var (code, output) = await built.RunAsync("go", ["build", "-o", built.Program, source]);
        return code == 0 ? built : throw new InvalidOperationException(output);
    }

    /// <summary>What it says, and with which code it ends.</summary>
    public Task<(int Code, string Output)> RunAsync(params string[] arguments) => RunAsync(Program, arguments);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Code, string Output)> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder,
        };
        // Debian's packages of Go libraries lie in this tree and need no module proxy.
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOPATH"] = "/usr/share/gocode";
        start.Environment["GOCACHE"] = Path.Combine(Path.GetTempPath(), "keyward-go-cache");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
