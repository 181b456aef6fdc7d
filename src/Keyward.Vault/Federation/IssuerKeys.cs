using System.Collections.Concurrent;
using System.Text.Json;
using Keyward.Vault.Identities;
using Microsoft.Extensions.Logging;

namespace Keyward.Vault.Federation;

/// <summary>When an issuer's keys were last had, and why not since.</summary>
public sealed record IssuerHealth(DateTimeOffset? KeysTime, string? LastError);

/// <summary>The keys of all issuers, fetched when they are needed and kept. A fetch is tried at most once a minute an
/// issuer, whoever asks; what is kept longer than it was fresh counts until <see cref="MaximumAge"/>, then nothing of
/// that issuer is accepted. Safe for concurrent use.</summary>
internal sealed partial class IssuerKeys(IDocumentSource source, TimeProvider time, ILogger logger)
{
    public static readonly TimeSpan MinimumFreshness = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan MaximumAge = TimeSpan.FromHours(24);
    public static readonly TimeSpan AttemptInterval = TimeSpan.FromMinutes(1);

    /// <summary>Discovery and keys together.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Who waits for a fetch holds a request: more than this are refused at once.</summary>
    private const int MaximumWaiting = 64;

    private const int MaximumDepth = 8;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public IssuerHealth HealthOf(Issuer issuer) =>
        _entries.TryGetValue(issuer.Uid, out var entry)
            ? new IssuerHealth(entry.Kept?.Fetched, entry.LastError)
            : new IssuerHealth(null, null);

    /// <summary>The keys by which a token may be judged; null where none can be had.</summary>
    public async ValueTask<KeySet?> FindAsync(Issuer issuer, string? keyId, CancellationToken cancellation)
    {
        var entry = _entries.GetOrAdd(issuer.Uid, static _ => new Entry());
        if (issuer.Rules.Keys is { } given)
            return (entry.Kept ??= Given(given))?.Keys;
        var now = time.GetUtcNow();
        if (entry.Kept is { } kept && kept.IsFresh(now) && kept.Keys.Knows(keyId)) return kept.Keys;
        if (Interlocked.Increment(ref entry.Waiting) > MaximumWaiting)
        {
            Interlocked.Decrement(ref entry.Waiting);
            return null;
        }

        try
        {
            await entry.Turn.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                await RefreshAsync(entry, issuer, keyId).ConfigureAwait(false);
            }
            finally
            {
                entry.Turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref entry.Waiting);
        }

        return entry.Kept is { } had && time.GetUtcNow() < had.Fetched + MaximumAge ? had.Keys : null;
    }

    /// <summary>The caller who waits may go away: the fetch is for all, and has its own end.</summary>
    private async Task RefreshAsync(Entry entry, Issuer issuer, string? keyId)
    {
        var now = time.GetUtcNow();
        if (entry.Kept is { } kept && kept.IsFresh(now) && kept.Keys.Knows(keyId)) return;
        if (entry.LastAttempt is { } last && (now - last).Duration() < AttemptInterval) return;
        entry.LastAttempt = now;
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            var (keys, freshness) = await FetchAsync(issuer, patience.Token).ConfigureAwait(false);
            entry.Kept = new Kept(keys, now, now + freshness);
            entry.LastError = null;
        }
        catch (Exception failure) when (failure is FetchFailedException or OperationCanceledException)
        {
            entry.LastError = failure is FetchFailedException
                ? failure.Message : $"The issuer did not answer within {Patience.TotalSeconds:0} seconds.";
            CannotFetch(logger, issuer.Id, entry.LastError);
        }
    }

    private async Task<(KeySet Keys, TimeSpan Freshness)> FetchAsync(Issuer issuer, CancellationToken cancellation)
    {
        var address = issuer.Rules.KeysUri is { } pinned ? new Uri(pinned)
            : await DiscoverAsync(issuer, cancellation).ConfigureAwait(false);
        var document = await source.FetchAsync(address, cancellation).ConfigureAwait(false);
        var keys = KeySet.TryParse(document.Bytes)
            ?? throw new FetchFailedException($"{address} does not hold a usable key set.");
        var freshness = document.MaximumAge ?? MinimumFreshness;
        return (keys, freshness < MinimumFreshness ? MinimumFreshness
            : freshness > MaximumAge ? MaximumAge : freshness);
    }

    /// <summary>OpenID Connect Discovery 1.0 §4. The keys must lie on the issuer's own host: another one is named when
    /// the issuer is added, never by a document.</summary>
    private async Task<Uri> DiscoverAsync(Issuer issuer, CancellationToken cancellation)
    {
        var address = new Uri(issuer.Uri.TrimEnd('/') + "/.well-known/openid-configuration");
        var document = await source.FetchAsync(address, cancellation).ConfigureAwait(false);
        try
        {
            using var json = JsonDocument.Parse(document.Bytes,
                new JsonDocumentOptions { MaxDepth = MaximumDepth, AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && CompactJwt.Text(json.RootElement, "issuer") == issuer.Uri
                && Uri.TryCreate(CompactJwt.Text(json.RootElement, "jwks_uri"), UriKind.Absolute, out var keys)
                && keys.Scheme == Uri.UriSchemeHttps && keys.UserInfo.Length == 0
                && keys.IdnHost == address.IdnHost && keys.Port == address.Port) return keys;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new FetchFailedException($"{address} is not a discovery document.", failure);
        }

        throw new FetchFailedException($"{address} names another issuer, or keys on another host.");
    }

    private Kept? Given(string keys) =>
        KeySet.TryParse(System.Text.Encoding.UTF8.GetBytes(keys)) is { } set
            ? new Kept(set, time.GetUtcNow(), DateTimeOffset.MaxValue) : null;

    [LoggerMessage(1010, LogLevel.Warning, "The keys of issuer {Issuer} cannot be fetched: {Why}")]
    private static partial void CannotFetch(ILogger logger, string issuer, string why);

    private sealed record Kept(KeySet Keys, DateTimeOffset Fetched, DateTimeOffset Fresh)
    {
        /// <summary>What was fetched in the future is of unknown age: the clock was set back.</summary>
        public bool IsFresh(DateTimeOffset now) => now >= Fetched && now < Fresh;
    }

    /// <summary>One issuer's keys. What is kept is replaced whole and read without the turn.</summary>
    private sealed class Entry
    {
        public int Waiting;
        private Kept? _kept;

        public SemaphoreSlim Turn { get; } = new(1, 1);

        public Kept? Kept
        {
            get => Volatile.Read(ref _kept);
            set => Volatile.Write(ref _kept, value);
        }

        public DateTimeOffset? LastAttempt { get; set; }

        public string? LastError { get; set; }
    }
}
