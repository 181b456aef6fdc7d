namespace Keyward.Vault.Roots;

/// <summary>The root key as the deployment knows it; of the key itself nothing is shown.</summary>
/// <param name="Generation">1 for the first, and one more for each rotation.</param>
/// <param name="Check">Tells one root from another.</param>
/// <param name="IsRotating">The old root still opens the store, by the bridge.</param>
/// <param name="Waiting">Nodes that do not keep the present root by their own seal.</param>
public sealed record RootView(int Generation, string Check, bool IsRotating, IReadOnlyList<string> Waiting);
