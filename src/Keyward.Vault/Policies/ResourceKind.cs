namespace Keyward.Vault.Policies;

/// <summary>What a demand is about, for conditions on resource types.</summary>
internal enum ResourceKind
{
    Other = 0,
    Deployment = 1,
    Project = 2,
    Location = 3,
    KeyRing = 4,
    Key = 5,
    Version = 6,
    ImportJob = 7,
    Alias = 8,
}
