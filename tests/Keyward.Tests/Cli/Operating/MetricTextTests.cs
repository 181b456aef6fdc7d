using System.Text.Json;
using System.Text.Json.Nodes;
using Keyward.Cli.Operating;

namespace Keyward.Tests.Cli.Operating;

public sealed class MetricTextTests
{
    [Fact]
    public void Samples_are_read_with_their_labels()
    {
        var text = MetricText.Parse("""
            # HELP a Something.
            # TYPE a counter
            a_total{x="1",y="with \"quotes\", commas, } and \\"} 4.5 1700000000
            a_total{x="2",y=""} 1E-07
            b 3
            c{le="+Inf"} +Inf
            broken{x="1
            """);
        Assert.Equal(4.5 + 1e-7, text.Sum("a_total"));
        Assert.Equal("with \"quotes\", commas, } and \\", text.Of("a_total").First()["y"]);
        Assert.Equal(4.5, text.Sum("a_total", s => s["x"] == "1"));
        Assert.Equal(3, text.Sum("b"));
        Assert.Equal(double.PositiveInfinity, text.Sum("c"));
        Assert.Null(text.Sum("none"));
    }

    [Fact]
    public void A_frame_holds_what_happened_between_two_scrapes()
    {
        var before = MetricText.Parse(Scrape(10, 0, 8, 10, 10));
        var after = MetricText.Parse(Scrape(30, 4, 8, 30, 34));
        var record = JsonNode.Parse(
            """{"key":{"name":"projects/p/cryptoKeys/k/cryptoKeyVersions/2"},"principal":{"name":"a@p"}}""")!;
        var frame = TopFrame.Of(before, after, 2, [record, record]);
        Assert.Equal((12, 2, 0), (frame.Rate, frame.ErrorRate, frame.DeniedRate));
        Assert.Equal([("encrypt", 12.0)], frame.Operations);
        Assert.Equal([("projects/p/cryptoKeys/k", 2L)], frame.Keys);
        Assert.Equal([("a@p", 2L)], frame.Principals);
        // 24 requests: none under 10 ms, 20 between 10 and 50 ms, 4 beyond.
        Assert.Equal(0.034, frame.P50!.Value, 3);
        Assert.Equal(0.05, frame.P99!.Value, 3);
        Assert.Null(TopFrame.Of(after, after, 2, []).P50);
    }

    [Fact]
    public void The_doctor_reads_disk_certificates_and_counters()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_000_000);
        var findings = MetricFindings.Judge(MetricText.Parse("""
            keyward_audit_free_bytes 100000000
            keyward_audit_reserve_bytes 67108864
            keyward_certificate_expiry_timestamp_seconds{use="server"} 1172800
            keyward_certificate_expiry_timestamp_seconds{use="ca"} 99999999
            keyward_altered_rows 2
            keyward_rotation_overdue_keys 0
            keyward_audit_records_total{kind="operation",result="failed"} 3
            """), now).ToList();
        Assert.Equal(
        [
            (FindingLevel.Warning, "disk"), (FindingLevel.Error, "certificates"), (FindingLevel.Ok, "certificates"),
            (FindingLevel.Error, "metrics"), (FindingLevel.Error, "metrics"),
        ], findings.Select(f => (f.Level, f.Check)));
    }

    [Fact]
    public void The_doctor_tells_rules_that_are_not_loaded_and_alerts_that_fire()
    {
        using var answer = JsonDocument.Parse("""
            {"data":{"groups":[{"name":"keyward-slo","rules":[{"name":"KeywardDown","health":"ok","state":"firing",
            "labels":{"severity":"page"},"annotations":{"summary":"gone","runbook":"docs/runbooks/outage.md"}}]},
            {"name":"keyward-security","rules":[{"name":"KeywardFlood","health":"err","state":"inactive"}]}]}}
            """);
        Assert.Equal([(FindingLevel.Error, "rules"), (FindingLevel.Error, "alerts"), (FindingLevel.Error, "rules")],
            MetricFindings.JudgeRules(answer.RootElement).Select(f => (f.Level, f.Check)));
    }

    [Theory]
    [InlineData(400, "is 400 days old")]
    [InlineData(100, "nobody has used")]
    public void The_doctor_tells_old_credentials_from_idle_ones(int days, string said)
    {
        var now = new DateTimeOffset(2027, 6, 1, 0, 0, 0, TimeSpan.Zero);
        var credential = new Keyward.Protos.V1.Credential
        {
            Id = "c", Email = "app@p", CreateTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(now.AddDays(-days)),
        };
        Assert.Contains(said, Doctor.JudgeCredential(credential, now).ToJson().ToJsonString());
    }

    [Theory]
    [InlineData(1, FindingLevel.Ok)]
    [InlineData(-20, FindingLevel.Warning)]
    [InlineData(90, FindingLevel.Error)]
    public void The_doctor_compares_clocks(int seconds, object level) =>
        Assert.Equal(level, Doctor.JudgeClock(TimeSpan.FromSeconds(seconds)).Level);

    private static string Scrape(int ok, int failed, int fast, int medium, int all) => $$"""
        keyward_requests_total{operation="encrypt",outcome="ok"} {{ok}}
        keyward_requests_total{operation="encrypt",outcome="internal"} {{failed}}
        keyward_request_duration_seconds_bucket{le="0.01"} {{fast}}
        keyward_request_duration_seconds_bucket{le="0.05"} {{medium}}
        keyward_request_duration_seconds_bucket{le="+Inf"} {{all}}
        """;
}
