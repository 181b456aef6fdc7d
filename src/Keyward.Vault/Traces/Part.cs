using System.Diagnostics;

namespace Keyward.Vault.Traces;

/// <summary>A part of a request while it is timed: a span, or a line among the request's parts.</summary>
internal readonly struct Part : IDisposable
{
    private readonly Activity? _span;
    private readonly RequestParts? _parts;
    private readonly int _line;

    public Part(Activity span) => _span = span;

    public Part(RequestParts parts, int line) => (_parts, _line) = (parts, line);

    /// <summary>It goes on, but what its caller does meanwhile is no part of it.</summary>
    public void Leave()
    {
        if (_span is not null) Activity.Current = _span.Parent;
        else _parts!.Leave(_line);
    }

    public void Dispose()
    {
        if (_span is not null) _span.Dispose();
        else _parts!.End(_line);
    }
}
