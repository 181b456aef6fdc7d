using System.Text.Json;
using Keyward.Server.Logs;
using Keyward.Vault.Traces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Keyward.Tests.Server.Logs;

public sealed class LogLinesTests
{
    [Fact]
    public void A_line_of_json_names_event_level_ids_and_values()
    {
        using var collector = Sdk.CreateTracerProviderBuilder().AddSource(Tracing.SourceName).Build();
        var trace = RequestTrace.Begin(null, 0, TimeProvider.System)!;
        using var json = JsonDocument.Parse(Write(new LogLineOptions { IsJson = true, Node = "n1" }));
        var line = json.RootElement;
        Assert.Equal("2026-05-01T12:00:00.000Z", line.GetProperty("time").GetString());
        Assert.Equal("warn", line.GetProperty("level").GetString());
        Assert.Equal("Disk is full\nfor abc", line.GetProperty("message").GetString());
        Assert.Equal("DiskFull", line.GetProperty("event").GetString());
        Assert.Equal(77, line.GetProperty("eventId").GetInt32());
        Assert.Equal("n1", line.GetProperty("node").GetString());
        Assert.Equal("abc", line.GetProperty("requestId").GetString());
        Assert.Equal(trace.TraceId.ToHexString(), line.GetProperty("traceId").GetString());
        Assert.Contains("IOException", line.GetProperty("exception").GetString());
    }

    [Fact]
    public void A_text_is_one_line_whatever_is_in_it()
    {
        var text = Write(new LogLineOptions());
        Assert.StartsWith("2026-05-01T12:00:00.000Z warn  Disk is full ⏎ for abc [77]", text);
        Assert.Equal(text.Length - Environment.NewLine.Length, text.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public void Numbers_and_times_are_such_for_whoever_reads_the_json()
    {
        var at = new DateTimeOffset(2026, 5, 1, 14, 0, 0, TimeSpan.FromHours(2));
        using var json = JsonDocument.Parse(Write(new LogLineOptions { IsJson = true },
            new("Count", 303L), new("Share", 0.5), new("NotAfter", at), new("IsLast", true), new("Odd", double.NaN)));
        var line = json.RootElement;
        Assert.Equal(303, line.GetProperty("count").GetInt64());
        Assert.Equal(0.5, line.GetProperty("share").GetDouble());
        Assert.Equal("2026-05-01T12:00:00.000Z", line.GetProperty("notAfter").GetString());
        Assert.True(line.GetProperty("isLast").GetBoolean());
        Assert.Equal("NaN", line.GetProperty("odd").GetString());
    }

    [Fact]
    public void Under_systemd_a_line_begins_with_its_priority_and_has_no_time() =>
        Assert.StartsWith("<4>warn  Disk", Write(new LogLineOptions { IsJournal = true }));

    private static string Write(
        LogLineOptions options, params KeyValuePair<string, object?>[] more)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        var lines = new LogLines(new Fixed(options), time);
        var output = new StringWriter();
        KeyValuePair<string, object?>[] state = [new("RequestId", "abc"), .. more, new("{OriginalFormat}", "…")];
        lines.Write(new LogEntry<KeyValuePair<string, object?>[]>(LogLevel.Warning, "Keyward.Server",
            new EventId(77, "DiskFull"), state, new IOException("no space"), (_, _) => "Disk is full\nfor abc"),
            null, output);
        return output.ToString();
    }

    private sealed class Fixed(LogLineOptions options) : IOptionsMonitor<LogLineOptions>
    {
        public LogLineOptions CurrentValue => options;

        public LogLineOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<LogLineOptions, string?> listener) => null;
    }
}
