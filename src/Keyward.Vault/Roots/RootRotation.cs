using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Roots;

/// <summary>A rotation in two changes. The first writes the bridge (the new root, sealed by the old one) and seals all
/// that stands under the root anew, at once: before it the old root opens the store, after it the new one does, and the
/// old one over the bridge. The second empties the bridge, when every node keeps the new root.</summary>
internal static class RootRotation
{
    public const string Resource = "root";

    public static readonly Refusal AlteredRows = new(RefusalReason.TransitionNotAllowed,
        "Rows of the store were altered and are out of use; what they hold would be lost. Repair them first.",
        Resource);

    public static IEnumerable<SealedKeyRow> BridgesOf(Snapshot snapshot) =>
        snapshot.SealedKeys.Values.Where(k => k.Key.Binding.Kind == SealKind.RootKey);

    /// <summary>The bridge of the rotation that is under way; null if none is.</summary>
    public static SealedKeyRow? OpenBridgeOf(Snapshot snapshot) =>
        BridgesOf(snapshot).FirstOrDefault(k => !k.IsErased);

    public static async ValueTask<RootView> ShowAsync(OpenedVault vault, Snapshot snapshot)
    {
        var check = vault.Hierarchy.RootCheck;
        IReadOnlyList<string> waiting = vault.Nodes is { } nodes
            ? [.. (await nodes.ReadAsync(CancellationToken.None).ConfigureAwait(false))
                .Where(n => n.Root != check || !n.IsSigned(vault.Hierarchy)).Select(n => "nodes/" + n.Id)]
            : vault.HeldRoot == check ? [] : ["this server"];
        return new RootView(1 + BridgesOf(snapshot).Count(), check, OpenBridgeOf(snapshot) is not null, waiting);
    }
}
