using Keyward.Protos.V1;

namespace Keyward.Cli.Operating;

/// <summary>What the doctor sees in the list of nodes.</summary>
internal static class NodeFindings
{
    /// <summary>A checkpoint is vouched for within seconds.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(10);

    public static IEnumerable<Finding> Judge(IReadOnlyList<Node> nodes, DateTimeOffset now)
    {
        var care = 0;
        foreach (var node in nodes)
            if (JudgeNode(node, nodes, now) is { } finding)
            {
                care++;
                yield return finding;
            }

        if (care == 0)
            yield return new Finding(FindingLevel.Ok, "nodes", nodes.Count == 1
                ? "one node" : $"{nodes.Count} nodes, which vouch for each other's logs");
    }

    private static Finding? JudgeNode(Node node, IReadOnlyList<Node> nodes, DateTimeOffset now)
    {
        if (node.LogFault.Length > 0)
            return new Finding(FindingLevel.Error, "nodes", $"the log of {node.Name}: {node.LogFault}",
                "docs/runbooks/audit-broken.md");
        if (node.State is Node.Types.NodeState.Silent or Node.Types.NodeState.Dead)
            return new Finding(FindingLevel.Warning, "nodes", $"{node.Name} says nothing",
                "Start it, or: keyward node remove " + node.Name["nodes/".Length..]);
        var isAlone = nodes.All(n => n == node || n.State is Node.Types.NodeState.Silent or Node.Types.NodeState.Dead);
        if (isAlone || node.LogWitnesses.Any(w => w.Size >= node.LogSize
            || now - w.Time.ToDateTimeOffset() < Late)) return null;
        return new Finding(FindingLevel.Warning, "nodes",
            $"no other node vouches for the newest records of {node.Name}", "docs/runbooks/audit-checkpoint.md");
    }
}
