using System.Runtime.CompilerServices;

namespace Keyward;

/// <summary>The one executable: server, command line and tools.</summary>
internal static class Program
{
    private const string DiagnosticsSwitch = "DOTNET_EnableDiagnostics";
    private const string Home = "HOME";

    private static async Task<int> Main(string[] arguments)
    {
        // The platform looks for certificates below the user's home and fails where there is none: an account that only
        // has a number, as in containers.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Home)))
            Environment.SetEnvironmentVariable(Home, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        // The runtime's diagnostic port hands any process of the same user a full dump, keys included, and can only be
        // switched off from the environment: a server that was started without that starts itself once more.
        if (arguments is ["server", ..] && Environment.GetEnvironmentVariable(DiagnosticsSwitch) != "0")
            return Restart(arguments);
        return await RunAsync(arguments).ConfigureAwait(false);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<int> RunAsync(string[] arguments) => Cli.CommandLine.RunAsync(arguments);

    private static int Restart(string[] arguments)
    {
        var path = Environment.ProcessPath!;
        string[] all = Path.GetFileNameWithoutExtension(path) == "dotnet"
            ? [path, Path.Combine(AppContext.BaseDirectory, "keyward.dll"), .. arguments]
            : [path, .. arguments];
        Environment.SetEnvironmentVariable(DiagnosticsSwitch, "0");
        return Native.Execute(all);
    }
}
