using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;

namespace Keyward.Vault.Grants;

/// <summary>What a grant's maker hands to the grantee: <c>kwg1.</c> and base64url of frame(key's full name, grant id,
/// grantee, 8 random bytes, MAC), the MAC under the deployment's token key over frame(the four before it). A grant
/// counts at once without it; it proves which grant is meant, and confers nothing that the grant does not. It is shown
/// to its maker and written nowhere.</summary>
internal sealed record GrantToken(KeyName Key, string GrantId, string Grantee)
{
    public const string Prefix = "kwg1.";

    /// <summary>AWS's limits (GrantTokenList, GrantTokenType).</summary>
    public const int MaximumTokens = 10;

    public const int MaximumLength = 8_192;

    private const string MacLabel = "grant-token/1";

    public static readonly Refusal Invalid = new(RefusalReason.InvalidGrantToken,
        "A grant token is not one that this deployment gave out.");

    public static readonly Refusal TooMany = new(RefusalReason.InvalidArgument,
        $"A request carries at most {MaximumTokens} grant tokens of at most {MaximumLength} characters.");

    /// <summary>Why tokens that came with a request are refused. One that was made here for another grantee, for
    /// another key, or for a grant that has ended is passed over: clients show all they have.</summary>
    public static Refusal? Judge(IKeyHierarchy hierarchy, IReadOnlyList<string> tokens)
    {
        if (tokens.Count > MaximumTokens) return TooMany;
        foreach (var token in tokens)
            if (TryRead(hierarchy, token) is null) return Invalid;
        return null;
    }

    public static string Make(IKeyHierarchy hierarchy, Grant grant)
    {
        var body = Frame.Of(Frame.Text(grant.Key.ToString()), Frame.Text(grant.Id), Frame.Text(grant.Grantee),
            RandomNumberGenerator.GetBytes(8));
        var mac = new byte[32];
        hierarchy.TokenMac(MacLabel, body, mac);
        return Prefix + Base64Url.EncodeToString([.. body, .. Frame.Of(mac)]);
    }

    /// <summary>What a token says; null for one that was not made here.</summary>
    public static GrantToken? TryRead(IKeyHierarchy hierarchy, string token)
    {
        if (token.Length > MaximumLength || !token.StartsWith(Prefix, StringComparison.Ordinal)
            || token.Contains('=', StringComparison.Ordinal) || !Base64Url.IsValid(token.AsSpan(Prefix.Length)))
            return null;
        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length));
        var rest = bytes;
        if (!Frame.TryRead(ref rest, out var key) || !Frame.TryRead(ref rest, out var id)
            || !Frame.TryRead(ref rest, out var grantee) || !Frame.TryRead(ref rest, out _)) return null;
        var body = bytes[..^rest.Length];
        if (!Frame.TryRead(ref rest, out var shown) || !rest.IsEmpty) return null;
        Span<byte> mac = stackalloc byte[32];
        hierarchy.TokenMac(MacLabel, body, mac);
        return CryptographicOperations.FixedTimeEquals(mac, shown)
            && KeyName.TryParse(Encoding.UTF8.GetString(key), out var name)
                ? new GrantToken(name, Encoding.UTF8.GetString(id), Encoding.UTF8.GetString(grantee))
                : null;
    }

    /// <summary>Nothing of a token is printed.</summary>
    public override string ToString() => "GrantToken";
}
