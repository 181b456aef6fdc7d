using System.Reflection;
using System.Runtime.InteropServices;

namespace Keyward.Cli;

/// <summary>The program's version in one line.</summary>
internal static class ProgramVersion
{
    private const int ShownCommitLength = 7;

    public static string Text
    {
        get
        {
            var parts = typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                .InformationalVersion.Split('+');
            var commit = parts.Length > 1 ? $"commit {parts[1][..ShownCommitLength]}, " : "";
            return $"keyward {parts[0]} ({commit}.NET {Environment.Version}, {RuntimeInformation.RuntimeIdentifier})";
        }
    }
}
