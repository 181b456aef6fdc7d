using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>Lets an account come by TLS client certificates: by one key, or by all certificates that the given
/// authorities issue to one URI. That is as good as a key file, and takes what that takes.</summary>
/// <param name="Email">The account.</param>
/// <param name="Authorities">Who vouches for the certificate, as PEM; at least one root among them.</param>
/// <param name="Certificate">The certificate whose key is recognised, as PEM; null where a URI is.</param>
/// <param name="Uri">The URI that is recognised; null where a key is.</param>
/// <param name="Lifetime">How long the mapping holds; null: until it is revoked.</param>
public sealed record AddCertificate(
    string Email, string Authorities, string? Certificate, string? Uri, TimeSpan? Lifetime) : IOperation<Credential>
{
    private const int MaximumMappings = 10;
    private const int MaximumTextLength = 64 * 1024;
    private const int MaximumUriLength = 2_048;

    Verb IOperation<Credential>.Verb { get; } = new("add_certificate", OperationClass.AdminWrite);

    Demand IOperation<Credential>.Demand => AccountDemand.On(Permission.CredentialsCreate, Email);

    void IOperation<Credential>.Describe(RecordDraft draft) => draft.Resource = AccountDemand.NameOf(Email);

    ValueTask<Outcome<Credential>> IOperation<Credential>.RunAsync(Passage passage) =>
        RuleOf().TryGet(out var rule, out var refusal)
            ? passage.ChangeAsync(((IOperation<Credential>)this).Demand, draft => Change(draft, passage.Caller, rule))
            : new(refusal);

    private Outcome<Credential> Change(ChangeDraft draft, Caller caller, CertificateRule rule)
    {
        var snapshot = draft.Snapshot;
        if (!snapshot.Accounts.TryGetValue(Email, out var account)) return AccountRefusals.NotFound(Email);
        if (account.State == StandingState.Revoked)
            return new Refusal(RefusalReason.TransitionNotAllowed, $"Service account {Email} was deleted.", Email);
        if (Conferring.Missing(snapshot, caller, account, draft.Now) is { } missing) return missing;
        if (ClientCertificates.Find(snapshot, rule.Mark) is { State: not StandingState.Revoked })
            return new Refusal(RefusalReason.AlreadyExists,
                "An account is known by that certificate already; revoke that mapping first.");
        var active = snapshot.CredentialsOf.GetValueOrDefault(Email, [])
            .Count(id => snapshot.Credentials[id] is { Kind: CredentialKind.Certificate } c && c.IsGoodAt(draft.Now));
        if (active >= MaximumMappings)
            return new Refusal(RefusalReason.QuotaExceeded,
                $"The account has {active} active certificates; revoke one first.", AccountDemand.NameOf(Email));
        var number = 1;
        while (snapshot.Credentials.ContainsKey(rule.Mark.IdOf(number))) number++;
        var credential = new Credential(rule.Mark.IdOf(number), CredentialKind.Certificate, Email,
            StandingState.Active, draft.Now, draft.Now + Lifetime)
        {
            PublicKey = rule.ToBytes(),
        };
        draft.Put(credential);
        draft.Record.Changed("credential", null, credential.Id);
        draft.Record.Parameter("recognised", rule.Mark.Show());
        return credential;
    }

    private Outcome<CertificateRule> RuleOf()
    {
        if (!MarkOf().TryGet(out var mark, out var refusal)) return refusal;
        if (Read(Authorities) is not { Count: > 0 and <= CertificateRule.MaximumAuthorities } authorities)
            return Bad($"The authorities are 1 to {CertificateRule.MaximumAuthorities} certificates in PEM.");
        if (!authorities.All(a => a.Extensions.OfType<X509BasicConstraintsExtension>().Any(
            e => e.CertificateAuthority)))
            return Bad("Every authority must be a certificate of a CA; none vouches for itself.");
        if (!authorities.Any(CertificateRule.IsRoot))
            return Bad("The authorities must include the root that the chain ends in.");
        return new CertificateRule(mark, [.. authorities.Select(a => a.RawData)]);
    }

    private Outcome<CertificateMark> MarkOf()
    {
        if (Certificate is null == Uri is null) return Bad("Give either a certificate or a URI.");
        if (Uri is { } uri)
            return uri.Length is > 0 and <= MaximumUriLength && System.Uri.TryCreate(uri, UriKind.Absolute, out _)
                && uri.All(c => c is > ' ' and <= '~' and not '*')
                    ? CertificateMark.OfUri(uri)
                    : Bad("The URI must be an absolute one in printable ASCII, without patterns.");
        if (Read(Certificate!) is not [var leaf]) return Bad("The certificate must be one certificate in PEM.");
        return ClientCertificates.IsForClients(leaf)
            ? CertificateMark.OfKey(leaf)
            : Bad("The certificate must be for TLS clients (extended key usage clientAuth), and not a CA's.");
    }

    private static X509Certificate2Collection? Read(string pem)
    {
        if (pem.Length > MaximumTextLength) return null;
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(pem);
            return found;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static Refusal Bad(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}
