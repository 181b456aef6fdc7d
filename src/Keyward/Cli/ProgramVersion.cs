using System.Reflection;
using System.Runtime.InteropServices;

namespace Keyward.Cli;

/// <summary>The program's version in one line.</summary>
internal static class ProgramVersion
{
    private const int ShownCommitLength = 7;

    /// <summary>The number alone, such as <c>0.1.0</c>.</summary>
    public static string Number => Parts()[0];

    public static string Text
    {
        get
        {
            var parts = Parts();
            var commit = parts.Length > 1 ? $"commit {parts[1][..ShownCommitLength]}, " : "";
            return $"keyward {parts[0]} ({commit}.NET {Environment.Version}, {RuntimeInformation.RuntimeIdentifier})";
        }
    }
    private static string[] Parts() => typeof(ProgramVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');
}
