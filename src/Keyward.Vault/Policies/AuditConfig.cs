namespace Keyward.Vault.Policies;

/// <summary>Which accesses of a service are to be logged, as Google's policies say it. Kept and returned; here
/// everything is logged whatever it says.</summary>
public sealed record AuditConfig(string Service, IReadOnlyList<AuditLogType> LogTypes);

/// <param name="Type">1 administrative reads, 2 data writes, 3 data reads.</param>
public sealed record AuditLogType(int Type, IReadOnlyList<string> ExemptedMembers);
