using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keyward.Stores.Postgres;
using Keyward.Tests.Conformance;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Stores;

/// <summary>A PostgreSQL with a certificate of its own, by a CA of its own.</summary>
public sealed class PostgresTlsTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly PostgresServer _server = new();
    private readonly X509Certificate2 _authority = MakeAuthority("the right CA");
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private string _database = "";
    private int _port = 5432;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string AuthorityFile => Path.Combine(_folder.Path, "ca.pem");

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _database = _server.MakeDatabase().Split("Database=")[1];
        await File.WriteAllTextAsync(AuthorityFile, _authority.ExportCertificatePem(), Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_server_with_the_right_certificate_is_spoken_to_by_TLS_alone()
    {
        Serve(_now.AddDays(1));
        await using var store = Make("localhost", AuthorityFile);
        await store.OpenAsync(Cancellation);
        Assert.Empty(await store.ReadNodesAsync(Cancellation));
        await store.WaitForChangeAsync(TimeSpan.FromMilliseconds(1), Cancellation);
        Assert.Equal("t", _server.Query(_database, "SELECT DISTINCT ssl FROM pg_stat_ssl " +
            "JOIN pg_stat_activity USING (pid) WHERE application_name = 'keyward'"));
    }

    [Fact]
    public async Task A_certificate_by_another_CA_is_refused_and_both_are_named()
    {
        Serve(_now.AddDays(1));
        var other = Path.Combine(_folder.Path, "other.pem");
        using var authority = MakeAuthority("another CA");
        await File.WriteAllTextAsync(other, authority.ExportCertificatePem(), Cancellation);
        Assert.Contains($"shows was issued by CN=the right CA, for which no CA in {other}",
            await RefusalAsync("localhost", other));
        Assert.Contains("no CA that this system trusts", await RefusalAsync("localhost", null));
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_refused_and_its_names_are_shown()
    {
        Serve(_now.AddDays(1));
        Assert.Contains("the one that 127.0.0.1 shows is for localhost, db.example;",
            await RefusalAsync("127.0.0.1", AuthorityFile));
        // A certificate authority that is one's own may do without names.
        await using var store = Make("127.0.0.1", AuthorityFile, "VerifyCA");
        await store.OpenAsync(Cancellation);
    }

    [Fact]
    public async Task A_certificate_whose_time_is_over_is_refused_and_its_times_are_shown()
    {
        Serve(_now.AddDays(-1));
        Assert.Contains($" to {_now.AddDays(-1).ToUniversalTime():yyyy-MM-dd}",
            await RefusalAsync("localhost", AuthorityFile));
    }

    [Fact]
    public void A_file_of_certificates_that_holds_none_is_refused_before_anything_is_asked()
    {
        var empty = Path.Combine(_folder.Path, "empty");
        File.WriteAllText(empty, "");
        var none = Assert.Throws<StoreUnavailableException>(() => Make("localhost", empty)).Message;
        Assert.Contains("holds no certificate", none);
        var missing = Assert.Throws<StoreUnavailableException>(() => Make("localhost", empty + "-not")).Message;
        Assert.Contains("cannot be read", missing);
        Assert.Contains(empty + "-not", missing);
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-9), now.AddDays(9));
    }

    /// <summary>With a certificate for localhost and db.example, good from two days ago.</summary>
    private void Serve(DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=postgres", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName("db.example");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_authority, _now.AddDays(-2), until, [1]);
        _port = _server.ServeTls(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private PostgresStore Make(string host, string? root, string mode = "VerifyFull") => new(ConnectionSettings.Parse(
        $"Host={host};Port={_port};Username=keyward;Database={_database};SSL Mode={mode}" +
        (root is null ? "" : $";Root Certificate={root}"), "the file"));

    private async Task<string> RefusalAsync(string host, string? root)
    {
        await using var store = Make(host, root);
        return (await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await store.OpenAsync(Cancellation))).Message;
    }
}
