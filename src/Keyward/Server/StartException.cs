namespace Keyward.Server;

/// <summary>The server cannot start; the sentence says why and what to do, and is all that is printed.</summary>
internal sealed class StartException(string sentence, string? advice = null) : Exception(sentence)
{
    public string? Advice { get; } = advice;
}
