using System.Diagnostics;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>The launcher of a checkout, in front of a program of one line so that building takes seconds: it builds once
/// and again after a change, and gets the SDK where it is missing.</summary>
public sealed class LauncherTests : IDisposable
{
    private const string Project =
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <AssemblyName>keyward</AssemblyName>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>
        </Project>
        """;

    private const string Installer =
        """
        [ "$1 $3" = "--jsonfile --install-dir" ] && [ -f "$2" ] || exit 1
        ln -s SDK "$4"
        """;

    /// <summary>Of a build, on a machine that has more to do.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly TemporaryData _data = new();

    public LauncherTests()
    {
        Directory.CreateDirectory(_data.In("src/Keyward"));
        foreach (var file in (string[])["keyward", "global.json"])
            File.Copy(Path.Combine(KeywardServer.Root, file), _data.In(file));
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props"])
            File.WriteAllText(_data.In(file), "<Project />");
        File.WriteAllText(_data.In("src/Keyward/Keyward.csproj"), Project);
        Write("one");
    }

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task It_builds_once_and_again_after_a_change_and_switches_diagnostics_off()
    {
        var (code, output, errors) = await RunAsync(null, "a word", "another");
        Assert.True(code == 0, errors);
        Assert.Equal("one 0 a word|another\n", output);
        Assert.Contains("building keyward", errors, StringComparison.Ordinal);
        Assert.Equal((0, "one 0 x\n", ""), await RunAsync(null, "x"));
        Write("two");
        (code, output, errors) = await RunAsync(null, "x");
        Assert.Equal((0, "two 0 x\n"), (code, output));
        Assert.Contains("building keyward", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shim_in_the_place_of_dotnet_does_not_lead_it_astray()
    {
        var tools = ToolsWithoutSdk();
        var (_, real, _) = await KeywardServer.RunAsync("bash", ["-c", "command -v dotnet"]);
        var shim = Path.Combine(tools, "dotnet");
        await File.WriteAllTextAsync(shim, $"#!/bin/sh\nexec {real.Trim()} \"$@\"\n");
        File.SetUnixFileMode(shim, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var (code, output, errors) = await RunAsync(tools, "x");
        Assert.True((code, output) == (0, "one 0 x\n"), output + errors);
    }

    [Fact]
    public async Task A_build_that_fails_says_so_and_where_its_output_is()
    {
        Write("\"no C#");
        var (code, output, errors) = await RunAsync(null);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("the build failed", errors, StringComparison.Ordinal);
        Assert.Contains(".build/publish.log", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_sdk_and_a_way_to_get_it_one_sentence_says_what_to_install()
    {
        var (code, output, errors) = await RunAsync(ToolsWithoutSdk());
        Assert.Equal((1, ""), (code, output));
        Assert.Equal("keyward: install the .NET SDK 10 (https://dotnet.microsoft.com/download), then try again.",
            errors.TrimEnd('\n').Split('\n')[^1]);
        Assert.False(Directory.Exists(_data.In(".build/current")));
    }

    [Fact]
    public async Task Without_an_sdk_the_vendors_script_puts_it_into_the_checkout()
    {
        var tools = ToolsWithoutSdk();
        // The vendor's host is not reached by tests: in the place of its script stands one that links this machine's SDK.
        var (_, runtimes, _) = await KeywardServer.RunAsync("dotnet", ["--list-runtimes"]);
        var sdk = runtimes.Split('[', ']').First(part => part.Contains("/shared/", StringComparison.Ordinal)).Split("/shared/")[0];
        await File.WriteAllTextAsync(_data.In("install.sh"), Installer.Replace("SDK", sdk, StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(tools, "curl"),
            $"#!/bin/sh\n[ \"$2\" = https://dot.net/v1/dotnet-install.sh ] && cp {_data.In("install.sh")} \"$4\"\n");
        File.SetUnixFileMode(Path.Combine(tools, "curl"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var (code, output, errors) = await RunAsync(tools, "x");
        Assert.True(code == 0, errors);
        Assert.Equal("one 0 x\n", output);
        Assert.Contains($"getting it into {_data.In(".dotnet")}", errors, StringComparison.Ordinal);
        Assert.Equal((0, "one 0 x\n", ""), await RunAsync(tools, "x"));
    }

    private void Write(string word) => File.WriteAllText(_data.In("src/Keyward/Program.cs"),
        "Console.WriteLine($\"" + word + " {Environment.GetEnvironmentVariable(\"DOTNET_EnableDiagnostics\")} {string.Join('|', args)}\");");

    private async Task<(int Code, string Output, string Errors)> RunAsync(string? path, params string[] arguments)
    {
        var start = new ProcessStartInfo(_data.In("keyward"), arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath(),
        };
        KeywardServer.Isolate(start);
        foreach (var name in (string[])["DOTNET_EnableDiagnostics", "DOTNET_ROOT", "DOTNET_HOST_PATH", "MSBuildSDKsPath",
            "MSBUILD_EXE_PATH", "MSBuildExtensionsPath"]) start.Environment.Remove(name);
        if (path is not null) start.Environment["PATH"] = path;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, output, await errors);
    }

    /// <summary>A folder with the machine's tools but those that are, or could get, an SDK.</summary>
    private string ToolsWithoutSdk()
    {
        var tools = _data.In("tools");
        Directory.CreateDirectory(tools);
        foreach (var file in ((string[])["/usr/bin", "/bin"]).SelectMany(Directory.EnumerateFiles))
        {
            var link = Path.Combine(tools, Path.GetFileName(file));
            if (Path.GetFileName(file) is not ("dotnet" or "curl") && !File.Exists(link)) File.CreateSymbolicLink(link, file);
        }

        return tools;
    }
}
