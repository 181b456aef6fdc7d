using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>A public key by which tokens are verified that were signed here: RSA, RS256.</summary>
public sealed record TokenKey(string Id, byte[] Modulus, byte[] Exponent);

/// <summary>The keys that sign tokens for others: one for the deployment, which signs ID tokens, and one for each
/// account on whose behalf something is signed. They are apart, so that who may sign as an account cannot make an ID
/// token of another one. Private halves are sealed by the root and never leave the keystore. None of these keys lets
/// anybody in here.</summary>
internal static class TokenKeys
{
    /// <summary>The owner of the deployment's own key, where accounts have their e-mail.</summary>
    public const string DeploymentOwner = Demand.DeploymentName;

    /// <summary>After this a new key signs.</summary>
    private static readonly TimeSpan SigningAge = TimeSpan.FromDays(90);

    /// <summary>So long the old key stays published: what it signed last has ended long before.</summary>
    private static readonly TimeSpan PublishedAge = SigningAge + TimeSpan.FromDays(14);

    /// <summary>The keys by which an owner's signatures are verified; empty for who never signed.</summary>
    public static IReadOnlyList<TokenKey> PublishedOf(Snapshot snapshot, string owner, DateTimeOffset now) =>
    [
        .. Of(snapshot, owner).Where(k => now < k.CreateTime + PublishedAge).Select(k =>
        {
            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(k.PublicKey, out _);
            var parameters = rsa.ExportParameters(includePrivateParameters: false);
            return new TokenKey(k.Id, parameters.Modulus!, parameters.Exponent!);
        }),
    ];

    /// <summary>The owner's key that signs now; made at its first use, and anew when it has become old.</summary>
    public static async ValueTask<Outcome<Credential>> SignerAsync(Passage passage, Demand demand, string owner)
    {
        if (Newest(passage.Snapshot, owner, passage.Now) is { } known) return known;
        // Made outside the lane of changes, which must not wait for it.
        var id = CredentialForm.NewKeyFileId();
        var (publicKey, secret) = passage.Vault.CredentialKeys.MakeTokenKey(
            Credential.BindingOf(CredentialKind.TokenKey, id));
        return await passage.ChangeAsync<Credential>(demand, draft =>
        {
            if (Newest(draft.Snapshot, owner, draft.Now) is { } made) return made;
            var key = new Credential(id, CredentialKind.TokenKey, owner, StandingState.Active, draft.Now, null)
            {
                PublicKey = publicKey, Secret = secret,
            };
            draft.Put(key);
            draft.Record.Changed("token_key", null, id);
            return key;
        }).ConfigureAwait(false);
    }

    public static byte[] Sign(Passage passage, Credential key, ReadOnlySpan<byte> bytes) =>
        passage.Vault.CredentialKeys.SignToken(key.Secret!, bytes);

    /// <summary>A JWT with these claims (RFC 7515 §3.1).</summary>
    public static string SignJwt(Passage passage, Credential key, byte[] claims)
    {
        var header = $$"""{"alg":"RS256","kid":"{{key.Id}}","typ":"JWT"}""";
        var signed = Base64Url.EncodeToString(Encoding.ASCII.GetBytes(header)) + "." +
            Base64Url.EncodeToString(claims);
        return signed + "." + Base64Url.EncodeToString(Sign(passage, key, Encoding.ASCII.GetBytes(signed)));
    }

    private static Credential? Newest(Snapshot snapshot, string owner, DateTimeOffset now) =>
        Of(snapshot, owner).Where(k => now < k.CreateTime + SigningAge).MaxBy(k => k.CreateTime);

    private static IEnumerable<Credential> Of(Snapshot snapshot, string owner) =>
        snapshot.CredentialsOf.GetValueOrDefault(owner, []).Select(id => snapshot.Credentials[id])
            .Where(k => k is { Kind: CredentialKind.TokenKey, State: StandingState.Active });
}
