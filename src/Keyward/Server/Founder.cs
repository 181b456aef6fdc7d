using System.Security.Cryptography;
using Keyward.Keystores.Root;
using Keyward.Keystores.Software;
using Keyward.Server.Development;
using Keyward.Server.Settings;
using Keyward.Server.Tls;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Server;

/// <summary>Makes the deployment in an empty store: root, keys, certificate authority, administrator. Several nodes may
/// try at once: the store takes one, the others throw away what they made.</summary>
internal static class Founder
{
    /// <summary>True if the deployment is this node's doing.</summary>
    public static async Task<bool> TryFoundAsync(DataFolder folder, RootSource source, string address, string ca,
        string node, IStore store, TimeProvider time, DevSetup? dev, CancellationToken cancellation)
    {
        if (HasLog(folder))
            throw new StartException(
                $"The data folder {folder.Path} holds the log of a deployment, and the store that is named is empty.",
                "Name the deployment's own store, or bring it back: keyward restore. For a new one, an empty folder: " +
                "--data DIR");
        var id = dev?.File.DeploymentId ?? Founding.NewId();
        using var root = source.MakeOrLoad();
        var (hierarchy, keys) = KeyHierarchy.Found(root, Convert.FromHexString(id));
        using var opened = hierarchy;
        using var keystore = new SoftwareKeystore(hierarchy);
        using var authority = CertificateAuthority.Make(id[..12], dev?.World ?? time);
        var founding = Founding.Prepare(id, node,
            [.. keys, (RandomNumberGenerator.GetBytes(16), AuthoritySeal.Seal(hierarchy, authority))],
            keystore, hierarchy, hierarchy, time);
        AdminCredentials.Write(folder, founding.Credentials, address, ca);
        CryptographicOperations.ZeroMemory(founding.Credentials.PrivateKeyPem);
        CryptographicOperations.ZeroMemory(founding.Credentials.SecretAccessKey);
        if (await founding.TryCommitAsync(store, cancellation).ConfigureAwait(false)) return true;
        source.Discard();
        AdminCredentials.Discard(folder);
        return false;
    }

    /// <summary>Whoever forgets to name the shared store would make another deployment in the folder of a node, whose
    /// administrator's files would be gone.</summary>
    public static void RefuseLostStore(DataFolder folder, ServerSettings settings)
    {
        if (settings.IsShared || File.Exists(folder.Store) || !HasLog(folder)) return;
        throw new StartException(
            $"The data folder {folder.Path} holds the log of a deployment, and no store: {folder.Store} is not there.",
            "If its store is PostgreSQL, name it: --storage postgres --postgres-file FILE. If it was lost: " +
            "keyward restore. For a new deployment, an empty folder: --data DIR");
    }

    /// <summary>A log is opened only once the deployment is in the store.</summary>
    private static bool HasLog(DataFolder folder) => Directory.Exists(folder.Audit) && Directory
        .EnumerateDirectories(folder.Audit, "journal", SearchOption.AllDirectories).Any();
}
