using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Cluster;

/// <summary>A token by which one new node joins.</summary>
public sealed record JoinTokenView(string Node, string Token, DateTimeOffset Expires)
{
    public override string ToString() => $"JoinTokenView {Node} until {Expires:O}";
}

/// <summary>Makes a token by which one node joins, once, within minutes. The node's name is in it, and it is used up
/// when that node has a log; nothing is stored. It stands on its maker's credential and right to join nodes: who loses
/// either takes the token with him.</summary>
/// <param name="Lifetime">Null for the usual ten minutes.</param>
public sealed record CreateJoinToken(TimeSpan? Lifetime) : IOperation<JoinTokenView>
{
    private static readonly TimeSpan UsualLifetime = TimeSpan.FromMinutes(10);

    Verb IOperation<JoinTokenView>.Verb { get; } = new("create_join_token", OperationClass.AdminWrite);

    Demand IOperation<JoinTokenView>.Demand => Demand.OnDeployment(Permission.NodesJoin, "nodes");

    void IOperation<JoinTokenView>.Describe(RecordDraft draft) => draft.Resource = "nodes";

    ValueTask<Outcome<JoinTokenView>> IOperation<JoinTokenView>.RunAsync(Passage passage)
    {
        var lifetime = Lifetime ?? UsualLifetime;
        if (lifetime <= TimeSpan.Zero || lifetime > AccessToken.MaximumLifetime)
            return new(new Refusal(RefusalReason.InvalidArgument, "A join token is good for at most an hour."));
        if (passage.Vault.Handover is null)
            return new(new Refusal(RefusalReason.TransitionNotAllowed,
                "This deployment has one node: its store is not shared. Move it first: keyward store move"));
        var node = "node-" + Founding.NewId()[..8];
        if (CallerCodec.EncodeJoining(passage.Caller, node) is not { } caller)
            return new(CredentialRefusals.NotGood);
        passage.Record.Parameter("node", node);
        var expires = DateTimeOffset.FromUnixTimeSeconds((passage.World + lifetime).ToUnixTimeSeconds());
        return new(new JoinTokenView(node, AccessToken.Make(passage.Vault, caller, expires), expires));
    }
}
