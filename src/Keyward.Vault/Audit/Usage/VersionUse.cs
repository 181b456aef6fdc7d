namespace Keyward.Vault.Audit.Usage;

/// <summary>First and last use of a version, how often, and by whom.</summary>
/// <param name="Version">Its full name.</param>
/// <param name="LastIndex">Where in the log the last use stands.</param>
/// <param name="Principals">Who used it last comes first.</param>
/// <param name="OtherPrincipals">How many more have used it, longer ago than those.</param>
public sealed record VersionUse(
    string Version, DateTimeOffset First, DateTimeOffset Last, long Uses, long LastIndex,
    IReadOnlyList<PrincipalUse> Principals, int OtherPrincipals);

/// <summary>What one principal did with a version.</summary>
public sealed record PrincipalUse(
    string Principal, DateTimeOffset First, DateTimeOffset Last, long Uses, IReadOnlyList<string> Operations);
