namespace Keyward.Cli;

/// <summary>The command was used wrongly: exit code 2.</summary>
internal sealed class UsageException(string sentence, string? advice = null) : Exception(sentence)
{
    public string? Advice { get; } = advice;
}

/// <summary>The command failed for a reason of its own, not the server's: exit code 1.</summary>
internal sealed class FailedException(string sentence, string? advice = null) : Exception(sentence)
{
    public string? Advice { get; } = advice;
}
