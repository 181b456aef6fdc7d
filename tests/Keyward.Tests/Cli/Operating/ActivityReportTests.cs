using System.Text.Json.Nodes;
using Google.Cloud.Kms.V1;
using Google.Protobuf.WellKnownTypes;
using Keyward.Cli.Operating;
using Keyward.Protos.V1;

namespace Keyward.Tests.Cli.Operating;

public sealed class ActivityReportTests
{
    private static readonly DateTimeOffset Until = new(2026, 5, 8, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_report_counts_what_the_records_say()
    {
        var report = new ActivityReport(Until.AddDays(-7), Until);
        for (var i = 0; i < 99; i++) report.Add(Record("encrypt", "ok", "2026-05-02T10:00:00Z"));
        report.Add(Record("encrypt", "internal", "2026-05-03T10:00:00Z"));
        for (var i = 0; i < 20; i++) report.Add(Record("decrypt", "denied", "2026-05-03T10:00:00Z", "<b>@x"));
        report.Add(Record("set_policy", "ok", "2026-05-04T10:00:00Z"));
        report.Add(JsonNode.Parse("""{"kind":"summary","operation":"cut"}""")!);
        report.Add(new CryptoKey { Name = "late", NextRotationTime = Until.AddDays(-1).ToTimestamp() });
        report.Add(new CryptoKey { Name = "soon", NextRotationTime = Until.AddDays(3).ToTimestamp() });
        report.Add(new CryptoKey { Name = "far", NextRotationTime = Until.AddDays(30).ToTimestamp() });
        report.Add(new Anomaly { Kind = "fan_out", Severity = "high", Principal = "<b>@x", Time = Until.AddDays(-1).ToTimestamp() });
        report.Add(new Anomaly { Kind = "export", Principal = "late@x", Time = Until.AddDays(1).ToTimestamp() });
        var json = report.ToJson();
        Assert.Equal(121, json["requests"]!.GetValue<long>());
        Assert.Equal((101, 1), (json["budget"]!["owed"]!.GetValue<long>(), json["budget"]!["failed"]!.GetValue<long>()));
        Assert.Equal(99.01, json["budget"]!["used"]!.GetValue<double>(), 2);
        Assert.Equal([("2026-05-01", 0), ("2026-05-02", 99), ("2026-05-03", 21), ("2026-05-04", 1), ("2026-05-05", 0),
            ("2026-05-06", 0), ("2026-05-07", 0)], json["days"]!.AsArray().Select(d => (
            d!["day"]!.GetValue<string>(), d["ok"]!.GetValue<long>() + d["other"]!.GetValue<long>())));
        Assert.Equal(["late", "soon"], json["due"]!.AsArray().Select(d => d!["key"]!.GetValue<string>()));
        Assert.Equal("set_policy", json["rights"]![0]!["operation"]!.GetValue<string>());
        Assert.Equal("<b>@x", json["anomalies"]!.AsArray().Single()!["principal"]!.GetValue<string>());
        Assert.Equal(20, json["denials"]![0]!["count"]!.GetValue<long>());
        Assert.Equal("projects/p/cryptoKeys/k", json["keys"]!.AsArray().Single()!["name"]!.GetValue<string>());

        var page = ReportPage.Of("A & B", json);
        Assert.Contains("<title>A &amp; B</title>", page);
        Assert.Contains("&lt;b&gt;@x", page);
        Assert.DoesNotContain("<b>@x", page);
        Assert.Equal(14, page.Split("<rect").Length - 1);
        Assert.DoesNotContain("<script", page);
    }

    [Fact]
    public void A_report_of_nothing_draws_nothing()
    {
        var page = ReportPage.Of("Nothing", new ActivityReport(Until.AddDays(-7), Until).ToJson());
        Assert.DoesNotContain("<svg", page);
        Assert.DoesNotContain("NaN", page);
    }

    private static JsonNode Record(string verb, string outcome, string time, string who = "a@p") => JsonNode.Parse($$$"""
        {"kind":"operation","operation":"{{{verb}}}","outcome":"{{{outcome}}}","time":"{{{time}}}",
        "principal":{"name":"{{{who}}}"},"key":{"name":"projects/p/cryptoKeys/k/cryptoKeyVersions/1"}}
        """)!;
}
