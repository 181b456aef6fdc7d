using System.Text;
using System.Text.Json.Nodes;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Identities;

/// <summary>Makes ID tokens (OpenID Connect Core 1.0 §2), signed by the deployment: whom one is shown to fetches the
/// keys at <c>/.well-known/openid-configuration</c>.</summary>
internal static class IdTokens
{
    private const int MaximumAudienceLength = 512;

    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static Refusal? Judge(Passage passage, string audience)
    {
        if (audience.Length is 0 or > MaximumAudienceLength || audience.Any(char.IsControl))
            return new Refusal(RefusalReason.InvalidArgument, "An ID token is for one audience, which is named.");
        // A token of ours for our own token endpoint would be a way in that no rule speaks of.
        return passage.Settings.TokenAudiences.Contains(audience)
            ? new Refusal(RefusalReason.InvalidArgument, "An ID token is not for this server itself.")
            : null;
    }

    public static async ValueTask<Outcome<SignedJwt>> MakeAsync(
        Passage passage, Demand demand, ServiceAccount account, string audience, bool withEmail, bool emailIsParty)
    {
        var signer = await TokenKeys.SignerAsync(passage, demand, TokenKeys.DeploymentOwner).ConfigureAwait(false);
        return signer.TryGet(out var key, out var refusal)
            ? new SignedJwt(key.Id, TokenKeys.SignJwt(passage, key,
                ClaimsOf(passage, account, audience, withEmail, emailIsParty)))
            : refusal;
    }

    private static byte[] ClaimsOf(
        Passage passage, ServiceAccount account, string audience, bool withEmail, bool emailIsParty)
    {
        var now = passage.World.ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = passage.Settings.IssuerUrl, ["sub"] = account.UniqueId,
            ["azp"] = emailIsParty ? account.Email : account.UniqueId,
            ["aud"] = audience, ["iat"] = now, ["exp"] = now + (long)Lifetime.TotalSeconds,
        };
        if (withEmail)
        {
            claims["email"] = account.Email;
            claims["email_verified"] = true;
        }

        return Encoding.UTF8.GetBytes(claims.ToJsonString());
    }
}
