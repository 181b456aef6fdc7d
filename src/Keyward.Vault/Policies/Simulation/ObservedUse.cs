namespace Keyward.Vault.Policies.Simulation;

/// <summary>A right that a principal made use of on a resource, and the rules that gave it.</summary>
/// <param name="Resource">What has the policy that governs: a key, a ring, a project, or the deployment.</param>
/// <param name="Arn">A key's name in AWS's words; null for what is no key.</param>
/// <param name="Rules">Such as <c>project: roles/owner</c>.</param>
public sealed record ObservedUse(
    string Principal, string Permission, string Resource, string? Arn, long Calls, DateTimeOffset First,
    DateTimeOffset Last, IReadOnlyList<string> Rules);
