using System.Diagnostics;

namespace Keyward.Vault.Traces;

/// <summary>The parts of the request that is served here, and the source of all spans. While nobody listens, nothing is
/// made: every member then costs a test.</summary>
internal static class Tracing
{
    public const string SourceName = "Keyward";

    /// <summary>The name of a request of which nothing more is known.</summary>
    public const string Request = "request";

    private static readonly ActivitySource Source = new(SourceName);

    public static bool IsOn => Source.HasListeners();

    /// <summary>A part of the request that is served here; null where nobody traces it.</summary>
    public static Part? Start(string name) => Start(name, "");

    /// <summary>The same under a name in two parts, which are joined only if the span is sent.</summary>
    public static Part? Start(string layer, string operation) =>
        IsOn && RequestTrace.Current is { } trace ? trace.Begin(layer, operation) : null;

    /// <summary>Where others put what they do for the request that is served here.</summary>
    public static TracePlace? Here() => IsOn ? RequestTrace.Current?.Here() : null;

    /// <summary>Ends a part when what it covers has ended.</summary>
    public static ValueTask<T> EndAfter<T>(Part? part, ValueTask<T> running)
    {
        if (part is not { } begun) return running;
        if (!running.IsCompleted)
        {
            begun.Leave();
            return AwaitAsync(begun, running);
        }

        begun.Dispose();
        return running;
    }

    internal static Activity? MakeRequest(ActivityContext caller, DateTimeOffset began) =>
        Source.StartActivity(Request, ActivityKind.Server, caller, startTime: began);

    internal static Activity? MakePart(string name, ActivityContext parent, DateTimeOffset began) =>
        Source.StartActivity(name, ActivityKind.Internal, parent, startTime: began);

    private static async ValueTask<T> AwaitAsync<T>(Part part, ValueTask<T> running)
    {
        using (part) return await running.ConfigureAwait(false);
    }
}
