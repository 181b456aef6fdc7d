using Google.Protobuf.WellKnownTypes;
using Keyward.Cli.Operating;
using Keyward.Protos.V1;
using static Keyward.Protos.V1.Node.Types;

namespace Keyward.Tests.Cli.Operating;

/// <summary>What the doctor says of the nodes.</summary>
public sealed class NodeFindingsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(20_000);

    [Fact]
    public void Nodes_that_vouch_for_each_other_need_no_care()
    {
        Assert.Equal(FindingLevel.Ok, Assert.Single(NodeFindings.Judge([Node("a", 9)], Now)).Level);
        // One lags a little, the other has logged nothing for a day.
        Assert.Equal(FindingLevel.Ok, Assert.Single(NodeFindings.Judge(
            [Node("a", 9, ("b", 8, 1)), Node("b", 5, ("a", 5, 86_400))], Now)).Level);
    }

    [Fact]
    public void A_fault_a_silent_node_and_a_log_that_nobody_vouches_for_are_named()
    {
        var bad = Node("a", 9, ("b", 9, 1));
        bad.LogFault = "it went back";
        var silent = Node("c", 1);
        silent.State = NodeState.Silent;
        var found = NodeFindings.Judge([bad, Node("b", 50, ("a", 5, 700)), silent], Now).ToList();
        Assert.Equal([FindingLevel.Error, FindingLevel.Warning, FindingLevel.Warning], found.Select(f => f.Level));
        Assert.Contains("it went back", found[0].Says, StringComparison.Ordinal);
        Assert.Contains("nodes/b", found[1].Says, StringComparison.Ordinal);
        Assert.Equal("Start it, or: keyward node remove c", found[2].Next);
    }

    private static Node Node(string id, long size, params (string Node, long Size, int AgeSeconds)[] witnesses) => new()
    {
        Name = "nodes/" + id, State = NodeState.Living, LogSize = size,
        LogWitnesses =
        {
            witnesses.Select(w => new LogWitness
            {
                Name = "nodes/" + w.Node, Size = w.Size, Time = Now.AddSeconds(-w.AgeSeconds).ToTimestamp(),
            }),
        },
    };
}
