using System.Globalization;
using System.Text;

namespace Keyward.Cli.Operating;

/// <summary>What a probe has seen, in Prometheus's text form: availability and latency as a client has them. Safe for
/// concurrent use.</summary>
internal sealed class ProbeFigures(string from)
{
    private static readonly double[] Bounds = [0.005, 0.01, 0.02, 0.035, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Timing> _operations = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Operation, string Outcome), long> _requests = [];
    private bool? _success;
    private long _succeededAt;

    /// <param name="outcome">ok, or the reason of the failure from a closed set.</param>
    public void Count(string operation, string outcome, TimeSpan took)
    {
        lock (_lock)
        {
            _requests[(operation, outcome)] = _requests.GetValueOrDefault((operation, outcome)) + 1;
            if (!_operations.TryGetValue(operation, out var timing)) _operations[operation] = timing = new Timing();
            timing.Add(took.TotalSeconds);
        }
    }

    public void Round(bool success, DateTimeOffset now)
    {
        lock (_lock)
        {
            _success = success;
            if (success) _succeededAt = now.ToUnixTimeSeconds();
        }
    }

    public string Text()
    {
        var text = new StringBuilder();
        lock (_lock)
        {
            if (_success is { } success)
            {
                text.Append("# TYPE keyward_probe_success gauge\n");
                Line(text, "keyward_probe_success", "", success ? 1 : 0);
                text.Append("# TYPE keyward_probe_last_success_timestamp_seconds gauge\n");
                if (_succeededAt > 0) Line(text, "keyward_probe_last_success_timestamp_seconds", "", _succeededAt);
            }

            text.Append("# TYPE keyward_probe_requests_total counter\n");
            foreach (var ((operation, outcome), count) in _requests)
                Line(text, "keyward_probe_requests_total", $",operation=\"{operation}\",outcome=\"{outcome}\"", count);
            text.Append("# TYPE keyward_probe_duration_seconds histogram\n");
            foreach (var (operation, timing) in _operations) timing.Write(this, text, $",operation=\"{operation}\"");
        }

        return text.ToString();
    }

    private void Line(StringBuilder text, string name, string labels, double value) => text.Append(
        CultureInfo.InvariantCulture, $"{name}{{from=\"{from}\"{labels}}} {value}\n");

    private sealed class Timing
    {
        private readonly long[] _counts = new long[Bounds.Length + 1];
        private double _sum;

        public void Add(double seconds)
        {
            var at = Array.FindIndex(Bounds, bound => seconds <= bound);
            _counts[at < 0 ? Bounds.Length : at]++;
            _sum += seconds;
        }

        public void Write(ProbeFigures figures, StringBuilder text, string labels)
        {
            var sum = 0L;
            for (var i = 0; i < _counts.Length; i++)
            {
                sum += _counts[i];
                var bound = i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                figures.Line(text, "keyward_probe_duration_seconds_bucket", $"{labels},le=\"{bound}\"", sum);
            }

            figures.Line(text, "keyward_probe_duration_seconds_sum", labels, _sum);
            figures.Line(text, "keyward_probe_duration_seconds_count", labels, sum);
        }
    }
}
