using System.Collections.Immutable;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>One question of rights: may this caller do this, here, now? Holds what is looked up once for it.</summary>
internal ref struct Question(Snapshot snapshot, Caller caller, Demand demand, Circumstances circumstances)
{
    private readonly Circumstances _circumstances = circumstances;
    private Facts? _facts;

    public Snapshot Snapshot { get; } = snapshot;

    public Caller Caller { get; } = caller;

    public Demand Demand { get; } = demand;

    /// <summary>The groups that the caller is in, as members (<c>group:EMAIL</c>).</summary>
    public ImmutableArray<string> Groups { get; } = snapshot.GroupsOf(caller);

    /// <summary>The caller in AWS's words.</summary>
    public string[] Arns { get; } = PrincipalName.ArnsOf(snapshot, caller);

    public readonly Permission Permission => Demand.Permission;

    public readonly DateTimeOffset Now => _circumstances.Now;

    public readonly Assumption Assumption => _circumstances.Assumption;

    public Facts Facts => _facts ??= new Facts(Snapshot, Caller, Demand, _circumstances);
}
