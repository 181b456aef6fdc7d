using Keyward.Keystores.Root;
using Keyward.Keystores.Software;
using Keyward.Server.Settings;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Server;

/// <summary><c>audit succeed</c>: works on the data folder of a server that does not run, since one whose log is lost
/// serves nothing.</summary>
internal static class LogSuccession
{
    /// <summary>The successor's origin.</summary>
    public static async Task<string> RunAsync(
        ServerSettings settings, string reason, TimeProvider time, CancellationToken cancellation)
    {
        using var folder = DataFolder.Open(settings.Data, time);
        var store = StoreChoice.Make(folder, settings);
        await using (store.ConfigureAwait(false))
        {
            await store.OpenAsync(cancellation).ConfigureAwait(false);
            var state = await store.LoadAsync(cancellation).ConfigureAwait(false);
            if (state.Rows.Of(Tables.Deployment).FirstOrDefault() is not { } row)
                throw new StartException($"There is no deployment in {folder.Path}.");
            using var root = Load(folder, settings);
            var keys = state.Rows.Of(Tables.SealedKey).Select(r => SealedKeyRow.Parse(r).Key);
            using var hierarchy = KeyHierarchy.Open(root, Deployment.Parse(row).IdBytes, keys);
            using var keystore = new SoftwareKeystore(hierarchy);
            var vault = new OpenedVault(
                keystore, hierarchy, hierarchy, SnapshotLoader.Load(state, hierarchy).Snapshot);
            return await new LogSuccessor(store, vault, time, folder.NodeName()).OpenAsync(reason, cancellation)
                .ConfigureAwait(false);
        }
    }

    private static RootKey Load(DataFolder folder, ServerSettings settings)
    {
        try
        {
            return new RootSource(folder, settings).Load();
        }
        catch (RootUnavailableException failure)
        {
            throw new StartException($"The vault cannot be opened: {failure.Message}");
        }
    }
}
