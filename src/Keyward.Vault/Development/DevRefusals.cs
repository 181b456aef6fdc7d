using Keyward.Vault.Gate;

namespace Keyward.Vault.Development;

internal static class DevRefusals
{
    /// <summary>No door offers these operations there; this stands behind that.</summary>
    public static readonly Refusal NoDevMode = new(RefusalReason.NotOffered,
        "This is no development server: it has no clock to move and no faults to rehearse.");
}
