using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>What a session's token says: until when, with which access key, for whom, under which name, and what
/// narrows its rights. It confers nothing by itself: rights are read at use.</summary>
/// <param name="Payload">The framed bytes that the session's secret is derived from.</param>
internal sealed record SessionClaims(
    DateTimeOffset Expires, string KeyId, byte[] Caller, string Name, string Policy, byte[] Payload);

/// <summary>Tokens of temporary access keys: <c>kws1.BODY.SUM</c>, BODY is base64url of payload and MAC, payload =
/// frame(expiry in seconds, access key id, caller, session name, policy), SUM the CRC-32C of all before it. Nothing is
/// stored: the key's secret follows from the payload under the deployment's token key.</summary>
internal static class SessionToken
{
    public const string Prefix = "kws1.";
    public const int MaximumLength = 8_192;

    private const string MacLabel = "session-token/1";
    private const int MacSizeBytes = 32;
    private const int SumLength = 8;

    public static string Make(OpenedVault vault, SessionClaims claims)
    {
        var body = new byte[claims.Payload.Length + MacSizeBytes];
        claims.Payload.CopyTo(body, 0);
        vault.Hierarchy.TokenMac(MacLabel, claims.Payload, body.AsSpan(claims.Payload.Length));
        var text = Prefix + Base64Url.EncodeToString(body);
        return $"{text}.{CredentialForm.SumOf(text)}";
    }

    public static SessionClaims ClaimsOf(
        DateTimeOffset expires, string keyId, byte[] caller, string name, string policy) => new(
            expires, keyId, caller, name, policy, Frame.Of(Frame.Number(expires.ToUnixTimeSeconds()),
                Frame.Text(keyId), caller, Frame.Text(name), Frame.Text(policy)));

    public static SessionClaims? Parse(OpenedVault vault, string token)
    {
        if (token.Length is < 16 or > MaximumLength || !token.StartsWith(Prefix, StringComparison.Ordinal)
            || token[^(SumLength + 1)] != '.'
            || !token.EndsWith(CredentialForm.SumOf(token.AsSpan(..^(SumLength + 1))), StringComparison.Ordinal))
            return null;
        var encoded = token.AsSpan(Prefix.Length, token.Length - Prefix.Length - 1 - SumLength);
        if (encoded.Contains('=') || !Base64Url.IsValid(encoded)) return null;
        var body = Base64Url.DecodeFromChars(encoded);
        if (body.Length <= MacSizeBytes) return null;
        var payload = body[..^MacSizeBytes];
        Span<byte> mac = stackalloc byte[MacSizeBytes];
        vault.Hierarchy.TokenMac(MacLabel, payload, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, body.AsSpan(payload.Length))) return null;
        ReadOnlySpan<byte> rest = payload;
        if (!Frame.TryRead(ref rest, out var seconds) || seconds.Length != sizeof(long)
            || !Frame.TryRead(ref rest, out var keyId) || !Frame.TryRead(ref rest, out var caller)
            || !Frame.TryRead(ref rest, out var name) || !Frame.TryRead(ref rest, out var policy)) return null;
        return new SessionClaims(
            DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(seconds)),
            Encoding.UTF8.GetString(keyId), caller.ToArray(), Encoding.UTF8.GetString(name),
            Encoding.UTF8.GetString(policy), payload);
    }
}
