using System.Text;
using Keyward.Tests.Models;
using Keyward.Vault.Federation;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keyward.Tests.Vault.Federation;

/// <summary>When an issuer's keys are fetched, how long they are kept, and what happens when they cannot be had.</summary>
public sealed class IssuerKeysTests : IDisposable
{
    private readonly JumpingTime _time = new();
    private readonly ScriptedSource _source = new();
    private readonly TestIssuer _keys = new();
    private readonly IssuerKeys _cache;

    public IssuerKeysTests()
    {
        _cache = new IssuerKeys(_source, _time, NullLogger.Instance);
        _source.Documents[TestIssuer.Uri + "/.well-known/openid-configuration"] =
            $$"""{"issuer":"{{TestIssuer.Uri}}","jwks_uri":"{{TestIssuer.Uri}}/keys"}""";
        _source.Documents[TestIssuer.Uri + "/keys"] = _keys.Keys;
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Fetched_once_and_kept_while_fresh()
    {
        for (var i = 0; i < 5; i++) Assert.NotNull(await FindAsync("r1"));
        Assert.Equal(2, _source.Fetches);
        _time.Advance(IssuerKeys.MinimumFreshness);
        Assert.NotNull(await FindAsync("r1"));
        Assert.Equal(4, _source.Fetches);
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(3_600, 60)]
    [InlineData(864_000, 1_440)]
    public async Task Kept_as_long_as_the_issuer_says_between_ten_minutes_and_a_day(int seconds, int minutes)
    {
        _source.MaximumAge = TimeSpan.FromSeconds(seconds);
        await FindAsync("r1");
        _time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        await FindAsync("r1");
        Assert.Equal(2, _source.Fetches);
        _time.Advance(TimeSpan.FromSeconds(1));
        await FindAsync("r1");
        Assert.Equal(4, _source.Fetches);
    }

    [Fact]
    public async Task After_the_clock_was_set_back_keys_are_fetched_anew_and_kept_again()
    {
        await FindAsync("r1");
        _time.SetWall(-TimeSpan.FromDays(1));
        for (var i = 0; i < 5; i++) Assert.NotNull(await FindAsync("r1"));
        Assert.Equal(4, _source.Fetches);
    }

    [Fact]
    public async Task An_unknown_key_is_looked_for_once_a_minute_whoever_asks()
    {
        await FindAsync("r1");
        _time.Advance(IssuerKeys.AttemptInterval);
        for (var i = 0; i < 50; i++) await FindAsync("invented-" + i);
        Assert.Equal(4, _source.Fetches);
        _time.Advance(IssuerKeys.AttemptInterval);
        await FindAsync("invented");
        Assert.Equal(6, _source.Fetches);
    }

    [Fact]
    public async Task Stale_keys_count_for_a_day_then_nothing_does()
    {
        await FindAsync("r1");
        _source.Fails = true;
        _time.Advance(IssuerKeys.MaximumAge - TimeSpan.FromSeconds(1));
        Assert.NotNull(await FindAsync("r1"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await FindAsync("r1"));
        Assert.Equal("down", _cache.HealthOf(Issuer()).LastError);
        _source.Fails = false;
        Assert.Null(await FindAsync("r1"));
        _time.Advance(IssuerKeys.AttemptInterval);
        Assert.NotNull(await FindAsync("r1"));
    }

    [Theory]
    [InlineData("""{"issuer":"https://ci.example/","jwks_uri":"https://ci.example/keys"}""")]
    [InlineData("""{"issuer":"https://ci.example","jwks_uri":"https://evil.example/keys"}""")]
    [InlineData("""{"issuer":"https://ci.example","jwks_uri":"https://ci.example:8443/keys"}""")]
    [InlineData("""{"issuer":"https://ci.example","jwks_uri":"http://ci.example/keys"}""")]
    [InlineData("""{"issuer":"https://ci.example","jwks_uri":"file:///etc/passwd"}""")]
    [InlineData("""{"issuer":"https://ci.example","issuer":"https://ci.example","jwks_uri":"https://ci.example/keys"}""")]
    [InlineData("""["https://ci.example"]""")]
    [InlineData("not json")]
    public async Task A_discovery_document_that_leads_elsewhere_is_refused(string document)
    {
        _source.Documents[TestIssuer.Uri + "/.well-known/openid-configuration"] = document;
        Assert.Null(await FindAsync("r1"));
        Assert.Equal(1, _source.Fetches);
    }

    [Theory]
    [InlineData("""{"keys":[]}""")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[{"kty":"oct","k":"AAAA","kid":"r1"}]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","kid":"r1","n":"AQAB","e":"AQAB"}]}""")]
    [InlineData("""{"keys":[{"kty":"EC","crv":"P-256","kid":"r1","x":"AQ","y":"AQ"}]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","kid":"r1","d":"AQAB"}]}""")]
    [InlineData("[]")]
    public async Task A_key_set_without_a_usable_public_key_is_refused(string keys)
    {
        _source.Documents[TestIssuer.Uri + "/keys"] = keys;
        Assert.Null(await FindAsync("r1"));
    }

    [Fact]
    public async Task A_key_set_of_more_keys_or_bytes_than_allowed_is_refused()
    {
        var one = _keys.Keys.Split('\n')[1].TrimEnd(',', ' ').Trim();
        _source.Documents[TestIssuer.Uri + "/keys"] = $$"""{"keys":[{{string.Join(',', Enumerable.Repeat(one, 33))}}]}""";
        Assert.Null(await FindAsync("r1"));
        Assert.Null(KeySet.TryParse(new byte[KeySet.MaximumSizeBytes + 1]));
    }

    [Fact]
    public async Task Many_at_once_share_one_fetch()
    {
        _source.Hold = new TaskCompletionSource();
        var all = Enumerable.Range(0, 100).Select(_ => FindAsync("r1").AsTask()).ToArray();
        // Those beyond the waiting room are refused at once rather than kept.
        Assert.Equal(36, all.Count(t => t.IsCompleted && t.Result is null));
        _source.Hold.SetResult();
        Assert.Equal(64, (await Task.WhenAll(all)).Count(k => k is not null));
        Assert.Equal(2, _source.Fetches);
    }

    private ValueTask<KeySet?> FindAsync(string keyId) => _cache.FindAsync(Issuer(), keyId, CancellationToken.None);

    private static Issuer Issuer()
    {
        _ = ProjectId.TryParse("default", out var project);
        return new Issuer("test-ci", "uid", project, TestIssuer.Uri, StandingState.Active, default,
            new IssuerRules([], ["RS256"], new Dictionary<string, string>(),
                new Dictionary<string, IReadOnlyList<string>>(), null, null));
    }

    private sealed class ScriptedSource : IDocumentSource
    {
        public Dictionary<string, string> Documents { get; } = [];

        public TimeSpan? MaximumAge { get; set; }

        public bool Fails { get; set; }

        public int Fetches { get; private set; }

        public TaskCompletionSource? Hold { get; set; }

        public async Task<FetchedDocument> FetchAsync(Uri address, CancellationToken cancellation)
        {
            Fetches++;
            if (Hold is { } hold) await hold.Task;
            if (Fails) throw new FetchFailedException("down");
            return new FetchedDocument(Encoding.UTF8.GetBytes(Documents[address.AbsoluteUri]), MaximumAge);
        }
    }
}
