namespace Keyward.Cli;

internal static class CommandLine
{
    public static Task<int> RunAsync(string[] arguments)
    {
        var flags = new Dictionary<string, string>();
        for (var i = 1; i + 1 < arguments.Length; i += 2) flags[arguments[i]] = arguments[i + 1];
        return Server.ServerHost.RunAsync(flags, null, CancellationToken.None);
    }
}
