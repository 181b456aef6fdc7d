using Keyward.Vault.Federation;
using Keyward.Vault.Identities;
using Keyward.Vault.Traces;

namespace Keyward.Vault.Gate;

/// <summary>Who a caller is, by whatever proof it shows.</summary>
public sealed partial class Gate
{
    /// <summary>Judges what a caller shows. The refusal is not recorded yet: the door hands it to
    /// <see cref="RefuseAsync"/>.</summary>
    public Outcome<Caller> Identify(Arrival arrival, BearerProof proof)
    {
        using var span = Tracing.Start("gate.authenticate");
        if (_opened is not { } opened) return NotServing();
        if (!opened.Vault.Lease.IsGood) return GateRefusals.Stale;
        // A network that floods is not looked at any more, but for tokens that are known to be good.
        if (_peers.IsClosedTo(arrival, Settings.UnknownPerSecond) && !_tokens.Knows(proof)) return PeerGuard.TooMany;
        var judged = Identities.Identities.Judge(opened.Vault, _tokens, Settings, Moment, proof);
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
        using var span = Tracing.Start("gate.authenticate");
        if (_opened is not { } opened) return NotServing();
        arrival.TokenDigest = SignedRequests.DigestOf(opened.Vault, proof);
        return SignedRequests.Judge(opened.Vault, Settings, Moment, proof);
    }

    /// <summary>Judges the certificate of a connection as <see cref="Identify(Arrival, BearerProof)"/> judges a
    /// token.</summary>
    public Outcome<Caller> Identify(Arrival arrival, CertificateProof proof)
    {
        using var span = Tracing.Start("gate.authenticate");
        if (_opened is not { } opened) return NotServing();
        if (!opened.Vault.Lease.IsGood) return GateRefusals.Stale;
        if (_peers.IsClosedTo(arrival, Settings.UnknownPerSecond)) return PeerGuard.TooMany;
        arrival.TokenDigest = ClientCertificates.DigestOf(opened.Vault, proof);
        return ClientCertificates.Judge(opened.Vault, _tokens, _time.GetUtcNow(), proof)
            .TryGet(out var known, out var refusal) ? known.Caller : refusal;
    }

    /// <summary>Whether anybody comes by a certificate: only then clients are asked for one.</summary>
    public bool ExpectsCertificates => _opened?.Vault.Snapshot.HasCertificates == true;

    /// <summary>Judges a log that asks its witness: it is known by its checkpoint's signature.</summary>
    public Outcome<Caller> Identify(Arrival arrival, Audit.Witnessing.CosignRequest request)
    {
        if (_opened is not { } opened) return NotServing();
        if (!opened.Vault.Lease.IsGood) return GateRefusals.Stale;
        if (_peers.IsClosedTo(arrival, Settings.UnknownPerSecond)) return PeerGuard.TooMany;
        return Audit.Witnessing.WitnessJudge.Judge(opened.Vault, request.Signed);
    }

    /// <summary>Judges another issuer's token, which may have to fetch that issuer's keys.</summary>
    public async ValueTask<Outcome<ExchangedCaller>> IdentifyAsync(
        Arrival arrival, FederatedProof proof, CancellationToken cancellation)
    {
        using var span = Tracing.Start("gate.authenticate");
        if (_opened is not { } opened) return NotServing();
        if (_peers.IsClosedTo(arrival, Settings.UnknownPerSecond)) return PeerGuard.TooMany;
        arrival.TokenDigest = Identities.Identities.DigestOf(opened.Vault, proof.Token);
        return IssuerKeys is { } keys && await FederatedJudge.JudgeAsync(
            opened.Vault, keys, Settings, World, proof, cancellation).ConfigureAwait(false) is { } exchanged
                ? exchanged
                : Identities.CredentialRefusals.NotGood;
    }
}
