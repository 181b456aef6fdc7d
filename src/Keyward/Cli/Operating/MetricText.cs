using System.Globalization;

namespace Keyward.Cli.Operating;

/// <summary>One series of a scrape.</summary>
internal sealed record MetricSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string this[string label] => Labels.TryGetValue(label, out var value) ? value : "";
}

/// <summary>What <c>/metrics</c> answered, in Prometheus's text form. Lines that are no samples are passed
/// over.</summary>
internal sealed class MetricText
{
    private readonly List<MetricSample> _samples = [];

    private MetricText()
    {
    }

    public static MetricText Parse(string text)
    {
        var metrics = new MetricText();
        foreach (var line in text.Split('\n'))
            if (line.Length > 0 && line[0] != '#' && ParseLine(line) is { } sample) metrics._samples.Add(sample);
        return metrics;
    }

    public IEnumerable<MetricSample> Of(string name) => _samples.Where(s => s.Name == name);

    /// <summary>The sum of a metric's series; null where there is none.</summary>
    public double? Sum(string name, Func<MetricSample, bool>? which = null)
    {
        var found = Of(name).Where(s => which is null || which(s)).ToList();
        return found.Count == 0 ? null : found.Sum(s => s.Value);
    }

    private static MetricSample? ParseLine(string line)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var open = line.IndexOf('{', StringComparison.Ordinal);
        var end = open < 0 ? line.IndexOf(' ', StringComparison.Ordinal) : ParseLabels(line, open + 1, labels);
        if (end <= 0 || end >= line.Length) return null;
        var value = line[end..].TrimStart('}', ' ').Split(' ')[0];
        return TryParseValue(value, out var number)
            ? new MetricSample(line[..(open < 0 ? end : open)], labels, number)
            : null;
    }

    /// <summary>Where the labels end; their values may hold any character, escaped where needed.</summary>
    private static int ParseLabels(string line, int at, Dictionary<string, string> labels)
    {
        while (at < line.Length && line[at] != '}')
        {
            var equals = line.IndexOf("=\"", at, StringComparison.Ordinal);
            if (equals < 0) return -1;
            var name = line[at..equals].TrimStart(',');
            var value = new System.Text.StringBuilder();
            for (at = equals + 2; at < line.Length && line[at] != '"'; at++)
            {
                if (line[at] == '\\' && at + 1 < line.Length) at++;
                value.Append(line[at]);
            }

            labels[name] = value.ToString();
            at++;
            if (at < line.Length && line[at] == ',') at++;
        }

        return at;
    }

    private static bool TryParseValue(string text, out double value)
    {
        value = text == "+Inf" ? double.PositiveInfinity : double.NaN;
        return text is "+Inf" or "NaN"
            || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
