namespace Keyward.Vault.Traces;

/// <summary>Where in a request's trace somebody stands who asks another for a part of the work.</summary>
internal readonly struct TracePlace(RequestTrace trace, int line)
{
    /// <summary>The part was done, from then until now, perhaps for several requests at once.</summary>
    /// <param name="began">A time stamp of the clock.</param>
    public void Note(string name, long began) => trace.AddOther(name, line, began);
}
