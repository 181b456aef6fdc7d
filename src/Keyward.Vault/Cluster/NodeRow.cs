using System.Buffers.Binary;
using Keyward.Vault.Keystores;

namespace Keyward.Vault.Cluster;

/// <summary>A node as it stands in the store: that it lives (its renewals count up), and the last change that it has
/// applied. Ordered by nothing but its own counters: no clock of another machine is believed.</summary>
/// <param name="Id">The node's name, which stays with its data folder.</param>
/// <param name="Boot">16 random bytes of this run of the process.</param>
/// <param name="Renewals">Counts up with each renewal of the lease.</param>
/// <param name="Applied">The last change by which the node judges requests.</param>
/// <param name="Incarnation">The store that this holds for; a restore makes another one.</param>
/// <param name="Dead">Somebody waited out its lease: the node must register anew before it serves.</param>
/// <param name="Address">Where it serves, for people and for the audience of tokens.</param>
/// <param name="Build">The program's version.</param>
/// <param name="Machine">The running kernel's id.</param>
/// <param name="Mac">Keyed digest over the claims, so that a writer of the store cannot acknowledge in its
/// name.</param>
internal sealed record NodeRow(
    string Id, byte[] Boot, long Renewals, long Applied, byte[] Incarnation, bool Dead, string Address, string Build,
    string Machine, byte[] Mac)
{
    private const string Label = "node/1";

    /// <summary>An operator wants it to get no more traffic.</summary>
    public bool IsDraining { get; init; }

    /// <summary>The check value of the root that it keeps by its own seal.</summary>
    public string Root { get; init; } = "";

    /// <summary>What is asked there of limited rates.</summary>
    public string Demands { get; init; } = "";

    public NodeRow Signed(IKeyHierarchy hierarchy)
    {
        var mac = new byte[32];
        hierarchy.TokenMac(Label, Claims(), mac);
        return this with { Mac = mac };
    }

    public bool IsSigned(IKeyHierarchy hierarchy)
    {
        Span<byte> expected = stackalloc byte[32];
        hierarchy.TokenMac(Label, Claims(), expected);
        return System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(expected, Mac);
    }

    public bool IsSameLife(NodeRow other) =>
        Renewals == other.Renewals && Boot.AsSpan().SequenceEqual(other.Boot);

    private byte[] Claims()
    {
        Span<byte> numbers = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(numbers, Renewals);
        BinaryPrimitives.WriteInt64BigEndian(numbers[8..], Applied);
        return Frame.Of(Frame.Text(Id), Boot, numbers.ToArray(), Incarnation, Frame.Text(Address), Frame.Text(Root),
            Frame.Text(Demands));
    }
}
