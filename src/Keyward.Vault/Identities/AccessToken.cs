using System.Buffers.Text;
using System.Security.Cryptography;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>The deployment's own bearer token: <c>kwt1.PAYLOAD.MAC</c>, payload = frame(credential id, expiry in
/// seconds), MAC under the deployment's token key. It confers nothing by itself: rights are read at use, so revoking
/// the credential ends it.</summary>
internal static class AccessToken
{
    public const string Prefix = "kwt1.";

    /// <summary>Tokens live an hour at most, ten minutes where a person asked for one.</summary>
    public static readonly TimeSpan MaximumLifetime = TimeSpan.FromHours(1);

    private const string MacLabel = "access-token/1";

    public static string Make(OpenedVault vault, string credentialId, DateTimeOffset expires)
    {
        var payload = Frame.Of(Frame.Text(credentialId), Frame.Number(expires.ToUnixTimeSeconds()));
        Span<byte> mac = stackalloc byte[32];
        vault.Hierarchy.TokenMac(MacLabel, payload, mac);
        return $"{Prefix}{Base64Url.EncodeToString(payload)}.{Base64Url.EncodeToString(mac)}";
    }

    public static KnownToken? Judge(OpenedVault vault, string token, DateTimeOffset now)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]) || !Base64Url.IsValid(parts[2])) return null;
        var payload = Base64Url.DecodeFromChars(parts[1]);
        Span<byte> mac = stackalloc byte[32];
        vault.Hierarchy.TokenMac(MacLabel, payload, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, Base64Url.DecodeFromChars(parts[2]))) return null;
        ReadOnlySpan<byte> rest = payload;
        if (!Frame.TryRead(ref rest, out var id) || !Frame.TryRead(ref rest, out var seconds) || seconds.Length != 8)
            return null;
        var expires = DateTimeOffset.FromUnixTimeSeconds(
            System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(seconds));
        var snapshot = vault.Snapshot;
        if (now >= expires
            || !snapshot.Credentials.TryGetValue(System.Text.Encoding.UTF8.GetString(id), out var credential)
            || !credential.IsGoodAt(now) || !snapshot.Accounts.TryGetValue(credential.Email, out var account)
            || account.State != StandingState.Active) return null;
        return new KnownToken(Identities.CallerOf(account, credential.Id), expires);
    }
}
