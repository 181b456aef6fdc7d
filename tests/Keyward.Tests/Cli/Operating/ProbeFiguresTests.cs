using Keyward.Cli.Operating;

namespace Keyward.Tests.Cli.Operating;

public sealed class ProbeFiguresTests
{
    [Fact]
    public void A_probe_shows_what_it_saw_in_series_that_can_be_read()
    {
        var figures = new ProbeFigures("outside");
        Assert.Null(MetricText.Parse(figures.Text()).Sum("keyward_probe_success"));
        figures.Count("encrypt", "ok", TimeSpan.FromMilliseconds(30));
        figures.Count("encrypt", "unavailable", TimeSpan.FromSeconds(20));
        figures.Round(false, DateTimeOffset.UnixEpoch);
        var text = MetricText.Parse(figures.Text());
        Assert.Equal(0, text.Sum("keyward_probe_success", s => s["from"] == "outside"));
        Assert.Equal(1, text.Sum("keyward_probe_requests_total", s => s["outcome"] == "unavailable"));
        Assert.Equal(2, text.Sum("keyward_probe_duration_seconds_count", s => s["operation"] == "encrypt"));
        Assert.Equal(1, text.Sum("keyward_probe_duration_seconds_bucket", s => s["le"] == "0.035"));
        Assert.Equal(20.03, text.Sum("keyward_probe_duration_seconds_sum")!.Value, 3);
        Assert.Null(text.Sum("keyward_probe_last_success_timestamp_seconds"));
        figures.Round(true, DateTimeOffset.FromUnixTimeSeconds(77));
        Assert.Equal(77, MetricText.Parse(figures.Text()).Sum("keyward_probe_last_success_timestamp_seconds"));
    }
}
