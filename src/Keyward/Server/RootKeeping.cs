using Keyward.Keystores.Material;
using Keyward.Keystores.Root;
using Keyward.Vault.Roots;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging;

namespace Keyward.Server;

/// <summary>Brings the node's own seal up to the root that the deployment has: after a rotation the new root takes the
/// old one's place, which lies beside it until the rotation is finished, and then goes.</summary>
internal sealed class RootKeeping(RootSource source, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private SecretBytes? _sealKey;
    private string? _said;

    /// <summary>Whether an old root may lie beside; a start does not know.</summary>
    private bool _mayHaveOld = true;

    /// <summary>Opens the seal by a passphrase that was typed; null for a wrong one. Its key is kept: nobody may be
    /// there to type it when the root is rotated.</summary>
    public RootKey? Unseal(string path, ReadOnlySpan<byte> passphrase)
    {
        var seal = PassphraseSeal.Load(path);
        var key = seal.KeyOf(passphrase);
        if (source.Open(seal, key) is not { } root)
        {
            key.Dispose();
            return null;
        }

        _sealKey?.Dispose();
        _sealKey = key;
        return root;
    }

    /// <summary>To be called once a second, and after a rotation.</summary>
    public void Follow(OpenedVault vault, KeyHierarchy hierarchy)
    {
        lock (_lock) FollowOnce(vault, hierarchy);
        vault.HeldRoot = source.Held;
    }

    public void Dispose() => _sealKey?.Dispose();

    private void FollowOnce(OpenedVault vault, KeyHierarchy hierarchy)
    {
        var bridge = RootRotation.OpenBridgeOf(vault.Snapshot);
        try
        {
            if (source.Held != hierarchy.RootCheck && bridge is not null)
            {
                using var root = hierarchy.OpenBridge(bridge.Key);
                if (root is not null)
                {
                    source.Replace(root, _sealKey);
                    _mayHaveOld = true;
                }
            }
            else if (_mayHaveOld && source.Held == hierarchy.RootCheck && bridge is null)
            {
                source.RemoveOld();
                _mayHaveOld = false;
            }

            _said = null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException
            or RootUnavailableException)
        {
            if (_said != failure.Message) Log.RootNotKept(logger, failure.Message);
            _said = failure.Message;
        }
    }
}
