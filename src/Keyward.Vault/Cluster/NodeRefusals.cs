using Keyward.Vault.Gate;

namespace Keyward.Vault.Cluster;

internal static class NodeRefusals
{
    public static Refusal NotFound(string node) => new(
        RefusalReason.NotFound, $"There is no node {node}.", $"nodes/{node}");

    public static Refusal TokenUsed(string node) => new(RefusalReason.AlreadyExists,
        $"The join token was used: {node} has joined. Make another: keyward node join-token", $"nodes/{node}");

    public static Refusal Alone(string node) => new(RefusalReason.TransitionNotAllowed,
        "This deployment has one node: its store is not shared.", $"nodes/{node}");
}
