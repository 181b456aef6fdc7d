namespace Keyward.Vault.Traces;

/// <summary>A part of a request while it is timed.</summary>
internal readonly struct Part(RequestTrace trace, int line) : IDisposable
{
    /// <summary>It goes on, but what its caller does meanwhile is no part of it.</summary>
    public void Leave() => trace.Leave(line);

    public void Dispose() => trace.EndPart(line);
}
