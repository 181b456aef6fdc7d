namespace Keyward.Vault.Gate;

/// <summary>What an operator may set of the vault's behaviour.</summary>
/// <param name="Locations">The locations that this deployment serves, in the order in which they are listed.</param>
/// <param name="ClockSkew">How far a token's times may be off.</param>
/// <param name="TokenAudiences">Exact token endpoint URLs, that is the <c>aud</c> of assertions for
/// <c>/token</c>.</param>
/// <param name="DoorAudiences">Own URLs that a self-signed JWT may name instead of Google's.</param>
public sealed record GateSettings(
    IReadOnlyList<string> Locations, TimeSpan ClockSkew, IReadOnlyList<string> TokenAudiences,
    IReadOnlyList<string> DoorAudiences)
{
    /// <summary>This deployment's name as an issuer of ID tokens, which is where their keys are found.</summary>
    public string IssuerUrl { get; init; } = "";

    /// <summary>Credentials older than this are refused; null for no such rule.</summary>
    public TimeSpan? CredentialMaximumAge { get; init; }

    /// <summary>Credentials that were not used for so long are refused; null for no such rule.</summary>
    public TimeSpan? CredentialMaximumIdle { get; init; }

    /// <summary>This node's name in records.</summary>
    public string Node { get; init; } = "";

    /// <summary>Where this node serves, for people.</summary>
    public string Address { get; init; } = "";

    /// <summary>The program's version.</summary>
    public string Build { get; init; } = "";

    /// <summary>Whether the empty call for benchmarks is answered.</summary>
    public bool EmptyCall { get; init; }

    /// <summary>Whether answers carry their receipts; false only where a measurement leaves them out.</summary>
    public bool GivesReceipts { get; init; } = true;

    /// <summary>The folder into which records are archived before they are pruned; null for none.</summary>
    public string? AuditArchive { get; init; }

    /// <summary>Encrypts what is archived, so that only others can open it; null for an archive in clear.</summary>
    public Func<ReadOnlyMemory<byte>, byte[]>? AuditArchiveSeal { get; init; }

    /// <summary>Whether records go by themselves once their retention is over.</summary>
    public bool PrunesLog { get; init; }

    /// <summary>Requests without a known caller that a network may send in a second, each with its record; ten times as
    /// many at once. What comes beyond is refused unseen and recorded in summaries.</summary>
    public int UnknownPerSecond { get; init; } = 100;

    /// <summary>How long a request waits for material that takes long to make, where its protocol can say that it comes
    /// later: most of it lies ready, and a client that need not ask again is served best.</summary>
    public TimeSpan CreationPatience { get; init; } = TimeSpan.FromSeconds(2);
}
