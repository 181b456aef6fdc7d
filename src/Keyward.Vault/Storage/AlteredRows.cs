using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Storage;

/// <summary>Operations on what stands in a row whose seal does not hold, or below it, are refused.</summary>
internal static class AlteredRows
{
    public static Refusal? Refuse(Snapshot snapshot, in Demand demand)
    {
        if (snapshot.Altered.IsEmpty) return null;
        var resource = demand.Resource;
        foreach (var altered in snapshot.Altered)
            if (resource == altered || resource.StartsWith(altered + "/", StringComparison.Ordinal))
                return Refusal(altered);
        return null;
    }

    /// <summary>The same for a version that an operation on its key has chosen.</summary>
    public static Refusal? Refuse(Snapshot snapshot, Keys.KeyVersion version) =>
        !snapshot.Altered.IsEmpty && snapshot.Altered.Contains(version.Name.ToString())
            ? Refusal(version.Name.ToString())
            : null;

    public static Refusal Refusal(string name) => new(RefusalReason.Tampered,
        $"The stored row of {name} was altered outside Keyward; it is not used until an operator has repaired it.",
            name);
}
