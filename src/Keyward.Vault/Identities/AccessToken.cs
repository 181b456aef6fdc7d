using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>The deployment's own bearer token: <c>kwt1.BODY.SUM</c>. BODY is base64url of payload and MAC, payload =
/// frame(expiry in seconds, caller), MAC under the deployment's token key; SUM is the CRC-32C of all before it, so that
/// a scanner knows one from a likeness. It confers nothing by itself: rights are read at use, so revoking what it
/// stands on ends it.</summary>
internal static class AccessToken
{
    public const string Prefix = "kwt1.";

    /// <summary>Tokens live an hour at most, ten minutes where a person asked for one.</summary>
    public static readonly TimeSpan MaximumLifetime = TimeSpan.FromHours(1);

    private const string MacLabel = "access-token/1";
    private const int MacSizeBytes = 32;
    private const int SumLength = 8;

    public static string Make(OpenedVault vault, byte[] caller, DateTimeOffset expires)
    {
        var payload = Frame.Of(Frame.Number(expires.ToUnixTimeSeconds()), caller);
        var body = new byte[payload.Length + MacSizeBytes];
        payload.CopyTo(body, 0);
        vault.Hierarchy.TokenMac(MacLabel, payload, body.AsSpan(payload.Length));
        var text = Prefix + Base64Url.EncodeToString(body);
        return $"{text}.{CredentialForm.SumOf(text)}";
    }

    public static KnownToken? Judge(OpenedVault vault, string token, Moment at)
    {
        if (!HasForm(token)) return null;
        var encoded = token.AsSpan(Prefix.Length, token.Length - Prefix.Length - 1 - SumLength);
        if (encoded.Contains('=') || !Base64Url.IsValid(encoded)) return null;
        ReadOnlySpan<byte> body = Base64Url.DecodeFromChars(encoded);
        if (body.Length <= MacSizeBytes) return null;
        var payload = body[..^MacSizeBytes];
        Span<byte> mac = stackalloc byte[MacSizeBytes];
        vault.Hierarchy.TokenMac(MacLabel, payload, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, body[^MacSizeBytes..])) return null;
        if (!Frame.TryRead(ref payload, out var seconds) || seconds.Length != sizeof(long)
            || !Frame.TryRead(ref payload, out var framed) || !payload.IsEmpty) return null;
        var expires = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(seconds));
        if (at.World >= expires) return null;
        var snapshot = vault.Snapshot;
        return CallerCodec.Decode(snapshot, framed) is { } caller && Identities.IsGood(snapshot, caller, at.Now)
            ? new KnownToken(caller, expires) : null;
    }

    /// <summary>Whether a text is one of our tokens by its outside, whoever made it.</summary>
    public static bool HasForm(string token) =>
        token.Length > Prefix.Length + 1 + SumLength && token.StartsWith(Prefix, StringComparison.Ordinal)
        && token[^(SumLength + 1)] == '.'
        && token.AsSpan(token.Length - SumLength).SequenceEqual(CredentialForm.SumOf(token.AsSpan(..^(SumLength + 1))));
}
