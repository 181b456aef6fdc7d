using Keyward.Vault.Federation;
using Keyward.Vault.Identities;

namespace Keyward.Vault.Gate;

/// <summary>Who a caller is, and what names mean: look-ups that doors need before there is an operation.</summary>
public sealed partial class Gate
{
    /// <summary>Judges what a caller shows. The refusal is not recorded yet: the door hands it to
    /// <see cref="RefuseAsync"/>.</summary>
    public Outcome<Caller> Identify(Arrival arrival, BearerProof proof)
    {
        if (_opened is not { } opened) return NotServing();
        if (!opened.Vault.Lease.IsGood) return GateRefusals.Stale;
        // A network that floods is not looked at any more, but for tokens that are known to be good.
        if (_peers.IsClosedTo(arrival, Settings.UnknownPerSecond) && !_tokens.Knows(proof)) return PeerGuard.TooMany;
        var judged = Identities.Identities.Judge(opened.Vault, _tokens, Settings, _time.GetUtcNow(), proof);
        if (!judged.TryGet(out var known, out var refusal))
        {
            arrival.TokenDigest = Identities.Identities.DigestOf(opened.Vault, proof.Token);
            return refusal;
        }

        arrival.TokenDigest = known.Digest;
        return known.Caller;
    }

    /// <summary>Judges a signed request as <see cref="Identify(Arrival, BearerProof)"/> judges a token.</summary>
    public Outcome<Caller> Identify(Arrival arrival, SignatureProof proof)
    {
        if (_opened is not { } opened) return NotServing();
        arrival.TokenDigest = SignedRequests.DigestOf(opened.Vault, proof);
        return SignedRequests.Judge(opened.Vault, Settings, _time.GetUtcNow(), proof);
    }

    /// <summary>Judges the certificate of a connection as <see cref="Identify(Arrival, BearerProof)"/> judges a
    /// token.</summary>
    public Outcome<Caller> Identify(Arrival arrival, CertificateProof proof)
    {
        if (_opened is not { } opened) return NotServing();
        if (!opened.Vault.Lease.IsGood) return GateRefusals.Stale;
        if (_peers.IsClosedTo(arrival, Settings.UnknownPerSecond)) return PeerGuard.TooMany;
        arrival.TokenDigest = ClientCertificates.DigestOf(opened.Vault, proof);
        return ClientCertificates.Judge(opened.Vault, _tokens, _time.GetUtcNow(), proof)
            .TryGet(out var known, out var refusal) ? known.Caller : refusal;
    }

    /// <summary>Whether anybody comes by a certificate: only then clients are asked for one.</summary>
    public bool ExpectsCertificates => _opened?.Vault.Snapshot.HasCertificates == true;

    /// <summary>The key that a reference leads to. A look-up, no operation: the door passes one with the name, or
    /// hands the refusal to <see cref="RefuseAsync"/>.</summary>
    public Outcome<Names.FoundKey> Find(Caller caller, Names.KeyReference reference) => _opened is { } opened
        ? Keys.KeyLookup.Find(opened.Vault.Snapshot, caller, reference, _time.GetUtcNow())
        : NotServing();

    /// <summary>The e-mail of the account that a name of either vendor's means; null where there is none. What may be
    /// done with it is judged by the operation.</summary>
    public string? EmailOf(string principal) => _opened is { } opened
        && PrincipalName.Find(opened.Vault.Snapshot, principal) is { } member
        && member.StartsWith(PrincipalName.AccountPrefix, StringComparison.Ordinal)
            ? member[PrincipalName.AccountPrefix.Length..] : null;

    /// <summary>The account number of a project.</summary>
    public string? AccountOf(Names.ProjectId project) => _opened?.Vault.Snapshot.Find(project)?.Project.Account;

    /// <summary>Judges another issuer's token, which may have to fetch that issuer's keys.</summary>
    public async ValueTask<Outcome<ExchangedCaller>> IdentifyAsync(
        Arrival arrival, FederatedProof proof, CancellationToken cancellation)
    {
        if (_opened is not { } opened) return NotServing();
        if (_peers.IsClosedTo(arrival, Settings.UnknownPerSecond)) return PeerGuard.TooMany;
        arrival.TokenDigest = Identities.Identities.DigestOf(opened.Vault, proof.Token);
        return IssuerKeys is { } keys && await FederatedJudge.JudgeAsync(
            opened.Vault, keys, Settings, _time, proof, cancellation).ConfigureAwait(false) is { } known
                ? new ExchangedCaller(known.Caller, known.Expires)
                : Identities.CredentialRefusals.NotGood;
    }

    /// <summary>The public keys by which signatures of an account are verified, or of the deployment where there is
    /// no e-mail; null while the vault is closed. They are public: nobody is asked who they are.</summary>
    public IReadOnlyList<TokenKey>? TokenKeysOf(string? email) => _opened is { } opened
        ? TokenKeys.PublishedOf(opened.Vault.Snapshot, email ?? TokenKeys.DeploymentOwner, Now) : null;
}
