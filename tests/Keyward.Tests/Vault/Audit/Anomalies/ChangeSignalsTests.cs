using System.Text.Json;
using Keyward.Tests.Doors;
using Keyward.Vault.Audit.Anomalies;
using Keyward.Vault.Audit.Index;

namespace Keyward.Tests.Vault.Audit.Anomalies;

/// <summary>Changes of policies through the doors, with more around them than a record has room for.</summary>
public sealed class ChangeSignalsTests
{
    private const string Ring = "/v1/projects/default/locations/us-east-1/keyRings/shop";
    private const string Key = Ring + "/cryptoKeys/orders";

    /// <summary>The default's statement, longer than texts in records are.</summary>
    private static readonly string Own = """
        {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000001:root"},"Action":"kms:*","Resource":"*"}
        """ + new string(' ', 2_000);

    [Fact]
    public async Task What_is_opened_is_told_whatever_stands_before_it()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await doors.OkAsync("POST", "/v1/projects/default/locations/us-east-1/keyRings?keyRingId=shop", "{}");
        await doors.OkAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=orders", """{"purpose":"ENCRYPT_DECRYPT"}""");

        await doors.OkAsync("POST", Key + ":setIamPolicy", Bindings("roles/cloudkms.viewer", Domains));
        Assert.Null(await LastAsync(doors));
        await doors.OkAsync("POST", Key + ":setIamPolicy",
            Bindings("roles/cloudkms.publicKeyViewer", [.. Domains, "allUsers"]));
        Assert.Equal(AnomalySeverity.High, (await LastAsync(doors))?.Severity);

        await PutAsync(Own);
        Assert.Null(await LastAsync(doors));
        await PutAsync(Own + """,{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":"kms:Encrypt","Resource":"*"}""");
        Assert.Equal(AnomalySeverity.High, (await LastAsync(doors))?.Severity);
        await PutAsync(Own);
        Assert.Null(await LastAsync(doors));

        var made = await doors.CallAwsAsync("TrentService.CreateKey", JsonSerializer.Serialize(new
        {
            Policy = Document(Own + """,{"Effect":"Allow","Principal":"*","Action":"kms:Encrypt","Resource":"*"}"""),
        }));
        Assert.Equal(200, made.Status);
        Assert.Equal(AnomalySeverity.High, (await LastAsync(doors))?.Severity);

        Task PutAsync(string statements) => doors.OkAsync("PUT", Key.Replace("/v1/", "/keyward/v1/") + "/keyPolicy",
            JsonSerializer.Serialize(new { document = Document(statements) }));
    }

    [Theory]
    [InlineData("""["allUsers"]""", """["cloudkms.cryptoKeyVersions.*"]""", """["domain:a.example","domain:b.example"]""", "weakened")]
    [InlineData("""["allUsers"]""", """["cloudkms.cryptoKeyVersions.destroy"]""", """["domain:a.example"]""", "weakened")]
    [InlineData("""["domain:c.example"]""", """["cloudkms.cryptoKeyVersions.*"]""", """["domain:a.example"]""", "weakened")]
    [InlineData("""["allUsers"]""", """["cloudkms.cryptoKeyVersions.*","keyward.grants.*"]""", "[]", "changed")]
    [InlineData("""["allUsers"]""", """["cloudkms.cryptoKeyVersions.*"]""", """["domain:a.example"]""", null)]
    public async Task A_deny_rule_under_its_old_name_is_told_where_it_forbids_less(
        string principals, string permissions, string except, string? says)
    {
        await using var doors = await OpenDoors.OpenAsync();
        await doors.OkAsync("POST", "/v1/projects/default/locations/us-east-1/keyRings?keyRingId=shop", "{}");
        await PutAsync("""["allUsers"]""", """["cloudkms.cryptoKeyVersions.*"]""", """["domain:a.example"]""");
        Assert.Null(await LastAsync(doors));
        await PutAsync(principals, permissions, except);
        Assert.Equal(says == "weakened", await LastAsync(doors) is { Severity: AnomalySeverity.High });
        var record = "";
        await foreach (var (_, entry) in doors.Keeper.AuditLog.ReadAsync(0, TestContext.Current.CancellationToken))
            record = System.Text.Encoding.UTF8.GetString(entry.Span);
        foreach (var word in (string[])["weakened", "changed"])
            Assert.Equal(says == word, record.Contains("deny_" + word, StringComparison.Ordinal));

        Task PutAsync(string principals, string permissions, string except) =>
            doors.OkAsync("PUT", "/keyward/v1/policy/denyRules", $$"""
                {"resource":"{{Ring[4..]}}","denyRules":[{"name":"guard","principals":{{principals}},
                 "permissions":{{permissions}},"exceptPrincipals":{{except}}}]}
                """);
    }

    private static IEnumerable<string> Domains => Enumerable.Range(0, 40).Select(i => $"domain:d{i}.example");

    private static string Bindings(string role, IEnumerable<string> members) => JsonSerializer.Serialize(
        new { policy = new { bindings = new[] { new { role, members } } } });

    private static string Document(string statements) =>
        $$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""";

    /// <summary>What the newest record of a change says.</summary>
    private static async Task<Signal?> LastAsync(OpenDoors doors)
    {
        RecordFacts? last = null;
        await foreach (var (_, entry) in doors.Keeper.AuditLog.ReadAsync(0, TestContext.Current.CancellationToken))
            last = RecordFacts.Of(entry);
        return ChangeSignals.Of(last!);
    }
}
