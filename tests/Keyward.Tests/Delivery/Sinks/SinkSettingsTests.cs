using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keyward.Delivery.Sinks;
using Keyward.Server.Settings;
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
    [InlineData("web=https://w.example/x?from=yesterday")]
    [InlineData("web=https://w.example/x?form=ocsf&form=cef")]
    [InlineData("web=https://w.example/x?ack=true")]
    [InlineData("hec=splunk+https://s.example?ack=yes")]
    [InlineData("desk=syslog+tls://s.example?cafile=/etc/passwd")]
    [InlineData("archive=file:///var/log/a.jsonl?from=0")]
    [InlineData("siem=elastic+https://e.example:9200")]
    [InlineData("web=https://w.example/x?ca_file=/etc/passwd")]
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

    [Fact]
    public void Files_that_make_no_connection_are_named_at_the_start()
    {
        using var folder = new TemporaryFolder();
        var (good, broken, key, other) = (folder.In("good.pem"), folder.In("broken.pem"), folder.In("key"), folder.In("other"));
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=sink.example", pair, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        File.WriteAllText(good, certificate.ExportCertificatePem());
        File.WriteAllText(broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(other, stranger.ExportPkcs8PrivateKeyPem());
        foreach (var secret in (string[])[key, other])
            File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Null(SinkSettings.WhyNot($"web=https://w.example/x?ca_file={good}&certificate_file={good}&key_file={key}"));
        Assert.Contains(broken, SinkSettings.WhyNot($"web=https://w.example/x?ca_file={broken}"));
        Assert.Contains("no certificate", SinkSettings.WhyNot($"desk=syslog+tls://s.example?ca_file={key}"));
        Assert.Contains(other, SinkSettings.WhyNot(
            $"desk=syslog+tls://s.example?certificate_file={good}&key_file={other}"));
    }

    [Fact]
    public void Two_sinks_of_one_name_would_share_how_far_they_are()
    {
        var reader = SettingReader.Read(new Dictionary<string, string>(), new Dictionary<string, string>
        {
            ["KEYWARD_AUDIT_SINKS"] = "siem=https://a.example/,desk=https://b.example/,siem=https://c.example/",
        }, null);
        Assert.Contains("audit.sinks names siem twice", Assert.Single(reader.Errors));
        Assert.Null(SinkSettings.WhyNot(["siem=https://a.example/", "desk=https://b.example/"]));
    }
}
