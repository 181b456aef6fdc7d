using System.Collections;

namespace Keyward.Server;

/// <summary>The environment as pairs, and the word that the user typed to start the program.</summary>
internal static class ProcessEnvironment
{
    public static IReadOnlyDictionary<string, string> Variables() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);

    /// <summary>Whether systemd's journal reads what is written to standard error.</summary>
    public static bool IsJournal =>
        Console.IsErrorRedirected && Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 };

    /// <summary>Printed commands begin with it, so that they can be pasted as they stand.</summary>
    public static string Command =>
        Environment.GetEnvironmentVariable("KEYWARD_COMMAND") is { Length: > 0 } word ? word : "keyward";
}
