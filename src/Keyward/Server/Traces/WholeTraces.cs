using System.Diagnostics;
using Keyward.Vault.Traces;
using OpenTelemetry;

namespace Keyward.Server.Traces;

/// <summary>Holds the parts of a request back until it has ended, and sends all of them or none: those of the share,
/// those that failed, those that were slow. Parts live as long as their request, so what is held is bounded by what is
/// in flight.</summary>
internal sealed class WholeTraces(BaseProcessor<Activity> next) : BaseProcessor<Activity>
{
    private const string Held = "keyward.parts";

    /// <summary>Beyond the objective of latency a request is worth explaining.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(50);

    public override void OnEnd(Activity data)
    {
        if (data.Parent is null && data.ParentSpanId != default && data.Kind == ActivityKind.Internal)
        {
            // A part that another thread did: its request is not at hand, so it goes by the share alone.
            next.OnEnd(data);
            return;
        }

        var root = data;
        while (root.Parent is { } parent) root = parent;
        if (root != data)
        {
            lock (root)
            {
                if (root.GetCustomProperty(Held) is not List<Activity> parts)
                    root.SetCustomProperty(Held, parts = []);
                parts.Add(data);
            }

            return;
        }

        if (!data.Recorded)
        {
            var parts = RequestParts.Of(data);
            if (parts?.IsRefused != true && data.Duration < Slow) return;
            parts?.Replay(data);
        }

        lock (data)
        {
            if (data.GetCustomProperty(Held) is List<Activity> held)
                foreach (var part in held) Send(part);
        }

        Send(data);
    }

    protected override bool OnForceFlush(int timeoutMilliseconds) => next.ForceFlush(timeoutMilliseconds);

    protected override bool OnShutdown(int timeoutMilliseconds) => next.Shutdown(timeoutMilliseconds);

    protected override void Dispose(bool disposing)
    {
        if (disposing) next.Dispose();
        base.Dispose(disposing);
    }

    private void Send(Activity span)
    {
        span.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
        next.OnEnd(span);
    }
}
