using System.Diagnostics;
using Keyward.Tests.Tidy;

namespace Keyward.Tests.Deploy;

/// <summary>The Helm chart, rendered by <c>tests/deploy/render.go</c>: Go's template engine with the functions that helm
/// gives it.</summary>
public sealed class Chart : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kwchart").FullName;

    public static string Folder { get; } = Path.Combine(SourceTests.FindRoot(), "deploy/helm/keyward");

    private string Program => Path.Combine(_folder, "render");

    public async ValueTask InitializeAsync()
    {
        var (code, output) = await RunAsync("go",
            ["build", "-o", Program, Path.Combine(SourceTests.FindRoot(), "tests/deploy/render.go")]);
        Assert.True(code == 0, output);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>The manifests, or what helm would have said instead.</summary>
    public async Task<(int Code, string Output)> RenderAsync(string values)
    {
        var file = Path.Combine(_folder, Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, values);
        return await RunAsync(Program, ["-f", file, Folder, "kw", "prod"]);
    }

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
