namespace Keyward.Vault.Audit.Tree;

/// <summary>Entries whose files are written and durable, and whose checkpoint waits for its signatures.</summary>
/// <param name="Text">The checkpoint's text: what is signed.</param>
/// <param name="Filled">Tiles and bundles that became full.</param>
internal sealed record StagedRound(string Text, IReadOnlyList<string> Filled);
