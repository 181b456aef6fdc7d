using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Identities;

/// <summary>A short bearer token for the caller's own credential.</summary>
public sealed record IssuedToken(string Token, DateTimeOffset Expires)
{
    public override string ToString() => $"IssuedToken until {Expires:O}";
}

/// <summary>Exchanges a proof for a bearer token: the token endpoint's answer (RFC 7523), and <c>keyward
/// token</c>.</summary>
/// <param name="Latest">When what the token stands on ends by itself.</param>
public sealed record IssueToken(TimeSpan Lifetime, DateTimeOffset? Latest = null) : IOperation<IssuedToken>
{
    Verb IOperation<IssuedToken>.Verb { get; } = new("issue_token", OperationClass.DataRead);

    Demand IOperation<IssuedToken>.Demand => Demand.None("token");

    void IOperation<IssuedToken>.Describe(RecordDraft draft) => draft.Resource = "token";

    ValueTask<Outcome<IssuedToken>> IOperation<IssuedToken>.RunAsync(Passage passage)
    {
        // Who takes on an account cannot make its token last by asking for another one.
        if (passage.Caller.Via is not null || CallerCodec.Encode(passage.Caller) is not { } caller)
            return new(CredentialRefusals.NotGood);
        var lifetime = Lifetime > AccessToken.MaximumLifetime ? AccessToken.MaximumLifetime : Lifetime;
        var until = passage.World + lifetime;
        if (Latest is { } latest && latest < until) until = latest;
        var expires = DateTimeOffset.FromUnixTimeSeconds(until.ToUnixTimeSeconds());
        return new(new IssuedToken(AccessToken.Make(passage.Vault, caller, expires), expires));
    }
}

/// <summary>Who the caller is, as the vault knows them.</summary>
public sealed record WhoAmI : IOperation<Caller>
{
    Verb IOperation<Caller>.Verb { get; } = new("who_am_i", OperationClass.AdminRead);

    Demand IOperation<Caller>.Demand => Demand.None("caller");

    void IOperation<Caller>.Describe(RecordDraft draft) => draft.Resource = "caller";

    ValueTask<Outcome<Caller>> IOperation<Caller>.RunAsync(Passage passage) => new(passage.Caller);
}
