using System.Text.Json;
using System.Text.Json.Nodes;
using Keyward.Delivery;
using Keyward.Tests.Conformance;
using Keyward.Tests.Vectors;
using Keyward.Vault.Audit;

namespace Keyward.Tests.Delivery;

/// <summary>One call, one refusal and one hostile record in every form: the members that each vendor's page demands, and
/// what their readers would trip over.</summary>
public sealed class RecordFormTests
{
    private const string Encrypted = """
        {"v":1,"id":"eb705b8f65e5dc50d1e79ced5f8e13e2","nonce":"00","time":"2026-11-26T00:19:01.894236Z",
         "received":"2026-11-26T00:19:01.868405Z","duration_us":25831,"kind":"operation","door":"aws","method":"Encrypt",
         "operation":"encrypt","class":"data_write","principal":{"type":"service_account","id":"135369334240000009551",
         "name":"app@default.6a515c43027a.keyward.internal","project":"default","credential":"AKIAEXAMPLE"},
         "source":{"ip":"10.1.2.3","port":59330,"agent":"aws-cli/2","tls":"1.3"},
         "key":{"name":"projects/default/locations/us-east-1/keyRings/aws/cryptoKeys/11111111-2222-4333-8444-555555555555",
         "project":"default","version":1,"algorithm":"google-symmetric","protection":"software",
         "id":"11111111222243338444555555555555"},
         "auth":{"decision":"allow","permission":"cloudkms.cryptoKeyVersions.useToEncrypt","by":"projects/default",
         "rule":"roles/owner"},"params":{"plaintext_bytes":5},"outcome":"ok","node":"node-1","build":"0.1.0"}
        """;

    private const string Denied = """
        {"v":1,"id":"00000000000000000000000000000001","time":"2026-11-26T00:19:02.000000Z","kind":"operation",
         "door":"google_grpc","method":"UpdateCryptoKey","operation":"update_key","class":"admin_write",
         "principal":{"type":"service_account","id":"7","name":"a|b=c\\d@x","project":"p","credential":"kid"},
         "source":{"ip":"::1","port":1,"agent":"x\n|y=z\\"},
         "key":{"name":"projects/p/locations/global/keyRings/r/cryptoKeys/k","project":"p"},
         "auth":{"decision":"deny","permission":"cloudkms.cryptoKeys.update"},"outcome":"denied",
         "error":{"code":"PermissionDenied","message":"Permission denied."},"node":"n","build":"0.1.0"}
        """;

    private const string Summary = """
        {"v":1,"id":"00000000000000000000000000000002","time":"2026-11-26T00:19:03.000000Z","kind":"summary",
         "door":"google_rest","method":"","operation":"cut","class":"data_read","source":{"network":"10.0.0.0/24"},
         "params":{"count":9},"outcome":"unauthenticated","error":{"code":"Unauthenticated","message":"m"}}
        """;

    [Fact]
    public void Google_entries_carry_an_audit_log()
    {
        var entry = Form("google", Encrypted);
        Assert.Equal("projects/default/logs/cloudaudit.googleapis.com%2Fdata_access", Text(entry, "logName"));
        Assert.Equal("eb705b8f65e5dc50d1e79ced5f8e13e2", Text(entry, "insertId"));
        Assert.Equal("cloudkms_cryptokeyversion", Text(entry, "resource", "type"));
        Assert.Equal("1", Text(entry, "resource", "labels", "crypto_key_version_id"));
        Assert.Equal("type.googleapis.com/google.cloud.audit.AuditLog", Text(entry, "protoPayload", "@type"));
        Assert.Equal("Encrypt", Text(entry, "protoPayload", "methodName"));
        Assert.Empty(entry["protoPayload"]!["status"]!.AsObject());
        Assert.Equal("5", Text(entry, "protoPayload", "request", "plaintext_bytes"));
        Assert.Equal("encrypt", Text(entry, "protoPayload", "metadata", "operation"));
        Assert.True((bool)entry["protoPayload"]!["authorizationInfo"]![0]!["granted"]!);
        var refused = Form("google", Denied);
        Assert.EndsWith("%2Factivity", Text(refused, "logName"));
        Assert.Equal(("ERROR", "7"), (Text(refused, "severity"), Text(refused, "protoPayload", "status", "code")));
        Assert.Equal("cloudkms.googleapis.com", Text(refused, "protoPayload", "serviceName"));
        Assert.Equal("cloudkms_cryptokey", Text(refused, "resource", "type"));
    }

    [Fact]
    public void CloudTrail_events_look_like_those_of_aws_kms()
    {
        var json = Form("cloudtrail", Encrypted);
        foreach (var member in (string[])["eventVersion", "userIdentity", "eventTime", "eventSource", "eventName",
            "awsRegion", "sourceIPAddress", "userAgent", "requestParameters", "responseElements", "requestID", "eventID",
            "readOnly", "resources", "eventType", "managementEvent", "recipientAccountId", "eventCategory", "tlsDetails"])
            Assert.True(json.ContainsKey(member), member);
        Assert.Equal(("kms.amazonaws.com", "Encrypt", "us-east-1"),
            (Text(json, "eventSource"), Text(json, "eventName"), Text(json, "awsRegion")));
        Assert.Equal("2026-11-26T00:19:01Z", Text(json, "eventTime"));
        Assert.Equal("eb705b8f-65e5-dc50-d1e7-9ced5f8e13e2", Text(json, "eventID"));
        Assert.True((bool)json["readOnly"]!);
        Assert.Null(json["responseElements"]);
        Assert.Equal("arn:aws:kms:us-east-1:000000000001:key/11111111-2222-4333-8444-555555555555",
            (string?)json["resources"]![0]!["ARN"]);
        Assert.Equal("arn:aws:iam::000000000001:user/app", Text(json, "userIdentity", "arn"));
        Assert.False(json.ContainsKey("errorCode"));
        var refused = Form("cloudtrail", Denied);
        Assert.Equal("AccessDenied", Text(refused, "errorCode"));
        Assert.False((bool)refused["readOnly"]!);
        // Who sent no agent is not called by the service's name.
        Assert.False(Form("cloudtrail", Summary).ContainsKey("userAgent"));
    }

    [Fact]
    public void Ocsf_events_have_what_the_class_requires()
    {
        foreach (var record in (string[])[Encrypted, Denied, Summary])
        {
            var json = Form("ocsf", record);
            foreach (var member in (string[])["activity_id", "category_uid", "class_uid", "type_uid", "severity_id",
                "time", "metadata", "actor", "api", "src_endpoint"])
                Assert.NotNull(json[member]);
            Assert.Equal(6003, (int)json["class_uid"]!);
            Assert.Equal(600_300 + (int)json["activity_id"]!, (int)json["type_uid"]!);
            Assert.NotNull(json["metadata"]!["product"]!["vendor_name"]);
            Assert.NotNull(json["api"]!["operation"]);
        }

        Assert.Equal((0, "unknown"), ((int)Form("ocsf", Summary)["actor"]!["user"]!["type_id"]!,
            Text(Form("ocsf", Summary), "actor", "user", "name")));
        Assert.Equal("keyward", Text(Form("ocsf", Summary.Replace("google_rest", "system")), "actor", "app_name"));
        Assert.Equal(99, (int)Form("ocsf", Encrypted)["activity_id"]!);
        Assert.Equal(3, (int)Form("ocsf", Denied)["activity_id"]!);
        Assert.Equal(2, (int)Form("ocsf", Denied)["status_id"]!);
        Assert.Equal(1_795_652_341_894, (long)Form("ocsf", Encrypted)["time"]!);
    }

    /// <summary>Every record of a log that a real server wrote: all doors, refusals, summaries, changes, the system's
    /// own.</summary>
    [Fact]
    public async Task Every_record_of_a_real_log_has_the_shape_that_each_vendor_published()
    {
        using var folder = new TemporaryFolder();
        await System.IO.Compression.ZipFile.ExtractToDirectoryAsync(
            Path.Combine(VectorFile.Folder, "log_1.zip"), folder.Path, TestContext.Current.CancellationToken);
        using var log = AuditLog.Open(new JournalFiles(folder.In("node-2cf72964/journal")),
            "keyward/f0365918bae20a66a343cda81f637f0e/node-2cf72964", 0);
        List<string> records = [Encrypted, Denied, Summary];
        await foreach (var (_, entry) in log.ReadAsync(0, TestContext.Current.CancellationToken))
            records.Add(System.Text.Encoding.UTF8.GetString(entry.Span));
        Assert.True(records.Count > 250);
        foreach (var record in records) CefLine.Parse(RecordForm.Of("cef")(View(record)));
        foreach (var record in records)
            foreach (var (form, shape) in ((string, PublishedShape)[])[("google", PublishedShape.Google),
                ("cloudtrail", PublishedShape.CloudTrail), ("ocsf", PublishedShape.Ocsf)])
                Assert.True(shape.WhyNot(Form(form, record)).FirstOrDefault() is null, $"{form}: {shape.WhyNot(Form(form, record)).FirstOrDefault()}: {record}");
        Assert.NotEmpty(PublishedShape.Ocsf.WhyNot(Form("cloudtrail", Encrypted)));
    }

    [Fact]
    public void Cef_escapes_what_would_end_a_field()
    {
        var line = RecordForm.Of("cef")(View(Denied));
        Assert.StartsWith("CEF:0|Keyward|Keyward|0.1.0|UpdateCryptoKey|update_key|7|rt=1795652342000 ", line);
        Assert.Contains(@"suser=a|b\=c\\d@x", line);
        Assert.Contains(@"requestClientApplication=x\n|y\=z\\", line);
        var read = CefLine.Parse(line).Extension;
        Assert.Equal((@"a|b=c\d@x", "x\n|y=z\\"), (read["suser"], read["requestClientApplication"]));
        Assert.Equal(("key", "projects/p/locations/global/keyRings/r/cryptoKeys/k"), (read["cs2Label"], read["cs2"]));
        var header = CefLine.Parse(RecordForm.Of("cef")(View(Denied.Replace("UpdateCryptoKey", @"A|B\\C\r\nD"))));
        Assert.Equal(@"A|B\C  D", header.Header[3]);
    }

    [Fact]
    public void Cef_keeps_to_the_dictionarys_lengths_and_kinds()
    {
        var longest = new string('x', 3_998) + "\U0001F511\U0001F511" + new string('y', 9_000);
        var record = Denied.Replace("UpdateCryptoKey", longest).Replace("update_key", longest).Replace("a|b=", longest)
            .Replace("x\\n|", longest).Replace("Permission denied.", longest).Replace("/cryptoKeys/k", longest)
            .Replace("\"node\":\"n\"", $"\"params\":{{\"p\":\"{longest}\"}},\"node\":\"{longest}\"").Replace("0.1.0", longest);
        var read = CefLine.Parse(RecordForm.Of("cef")(View(record))).Extension;
        // Never half a character.
        Assert.All(read.Values, value => Assert.False(char.IsHighSurrogate(value[^1])));
        Assert.Equal((1_023, 100), (read["suser"].Length, read["dvchost"].Length));
        Assert.InRange(read["cs4"].Length, 3_999, 4_000);
        Assert.Equal(("::1", "Source IPv6 Address", false), (read["c6a2"], read["c6a2Label"], read.ContainsKey("src")));
        Assert.Equal("10.1.2.3", CefLine.Parse(RecordForm.Of("cef")(View(Encrypted))).Extension["src"]);
        var hostile = CefLine.Parse(RecordForm.Of("cef")(View(Denied.Replace("x\\n|", "a\\u001b[2J\\u0000\\u2028\\u0085 src=6.6.6.6 "))));
        Assert.Equal("a [2J    src=6.6.6.6 y=z\\", hostile.Extension["requestClientApplication"]);
    }

    [Fact]
    public void Every_form_is_one_line_for_every_record()
    {
        foreach (var name in RecordForm.Names)
            foreach (var record in (string[])[Encrypted, Denied, Summary, "{}"])
            {
                var line = RecordForm.Of(name)(View(record));
                Assert.DoesNotContain('\n', line);
                if (name != "cef") JsonDocument.Parse(line).Dispose();
            }
    }

    private static JsonObject Form(string name, string record) =>
        JsonNode.Parse(RecordForm.Of(name)(View(record)))!.AsObject();

    private static RecordView View(string record) => new(System.Text.Encoding.UTF8.GetBytes(record),
        "keyward/0123456789abcdef/node-1", 7, project => project == "default" ? "000000000001" : null);

    private static string? Text(JsonObject json, params string[] path)
    {
        JsonNode? node = json;
        foreach (var name in path) node = node?[name];
        return node?.ToString();
    }
}
