using Keyward.Delivery.Sinks;
using Keyward.Tests.Conformance;

namespace Keyward.Tests.Delivery.Sinks;

public sealed class SinkSettingsTests
{
    [Fact]
    public void Options_stand_in_the_query_and_the_rest_stays_the_address()
    {
        Assert.True(SinkSettings.TryParse(
            "siem=elastic+https://e.example/audit?pipeline=p&form=ocsf&from=now&token_file=%2Fetc%2Ftoken", out var sink));
        Assert.Equal(("siem", SinkKind.Elastic, "https://e.example:9200/audit?pipeline=p"),
            (sink.Name, sink.Kind, sink.Address.ToString()));
        Assert.Equal(("ocsf", true, "/etc/token", false), (sink.Form, sink.FromNow, sink.TokenFile, sink.Acknowledged));
        Assert.True(SinkSettings.TryParse("hec=splunk+https://s.example?ack=true", out var splunk));
        Assert.Equal((8088, true), (splunk.Address.Port, splunk.Acknowledged));
        Assert.True(SinkSettings.TryParse("web=https://w.example/x", out var web));
        Assert.Equal(443, web.Address.Port);
    }

    [Theory]
    [InlineData("https://w.example/x")]
    [InlineData("Web=https://w.example/x")]
    [InlineData("web=http://w.example/x")]
    [InlineData("web=syslog://w.example")]
    [InlineData("web=https://user:secret@w.example/x")]
    [InlineData("web=nothing")]
    [InlineData("web=https://w.example/x?form=xml")]
    [InlineData("web=elastic+https://w.example/x?form=cef")]
    [InlineData("web=https://w.example/x?class=write")]
    [InlineData("web=https://w.example/x?project=No!")]
    [InlineData("web=https://w.example/x?ca_file=/does/not/exist")]
    [InlineData("web=https://w.example/x?certificate_file=/etc/passwd")]
    public void What_cannot_be_meant_is_refused(string text) => Assert.NotNull(SinkSettings.WhyNot(text));

    [Fact]
    public void A_token_that_others_can_read_is_refused()
    {
        using var folder = new TemporaryFolder();
        var file = folder.In("token");
        File.WriteAllText(file, "t");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", SinkSettings.WhyNot("web=https://w.example/x?token_file=" + file));
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        Assert.Null(SinkSettings.WhyNot("web=https://w.example/x?token_file=" + file));
    }
}
