using Keyward.Vault.Gate;

namespace Keyward.Vault.Cluster;

internal static class NodeRefusals
{
    public static Refusal NotFound(string node) => new(
        RefusalReason.NotFound, $"There is no node {node}.", $"nodes/{node}");

    public static Refusal Alone(string node) => new(RefusalReason.TransitionNotAllowed,
        "This deployment has one node: its store is not shared.", $"nodes/{node}");
}
