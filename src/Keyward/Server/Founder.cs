using System.Security.Cryptography;
using Keyward.Keystores.Root;
using Keyward.Keystores.Software;
using Keyward.Server.Development;
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
}
