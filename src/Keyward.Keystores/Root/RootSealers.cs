using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Keystores.Root;

/// <summary>Seals and opens what stands directly under the root: by the present root, and until a rotation is finished
/// opens by the one before as well. The bridge of a rotation is the new root, sealed by the old one: who has either has
/// both. Safe for concurrent use.</summary>
internal sealed class RootSealers : IDisposable
{
    private readonly Lock _lock = new();
    private readonly byte[] _deploymentId;
    private Sealer _current;
    private Sealer? _previous;
    private byte[] _check;
    private bool _hasRotated;

    public RootSealers(RootKey root, byte[] deploymentId)
    {
        (_deploymentId, _check) = (deploymentId, root.Check());
        _current = SealerOf(root, deploymentId);
    }

    /// <summary>The present root's check value in hex.</summary>
    public string Check
    {
        get
        {
            lock (_lock) return Convert.ToHexStringLower(_check);
        }
    }

    public SealedKey Seal(SealBinding binding, ReadOnlySpan<byte> secret)
    {
        lock (_lock) return _current.Seal(binding, secret);
    }

    public SecretBytes Open(SealedKey key)
    {
        lock (_lock)
        {
            try
            {
                return _current.Open(key);
            }
            catch (SealBrokenException) when (_previous is not null)
            {
                return _previous.Open(key);
            }
        }
    }

    /// <summary>The same key under the present root: what was sealed before a rotation and is written after it would
    /// be lost with the old root.</summary>
    public SealedKey Renew(SealedKey key)
    {
        lock (_lock)
        {
            if (!_hasRotated) return key;
            try
            {
                _current.Open(key).Dispose();
                return key;
            }
            catch (SealBrokenException) when (_previous is not null)
            {
                using var opened = _previous.Open(key);
                return _current.Seal(key.Binding, opened.Span);
            }
        }
    }

    /// <summary>A new root, which nothing uses before its bridge is adopted.</summary>
    public NewRoot MakeNext(string name)
    {
        using var next = RootKey.Make();
        var binding = new SealBinding(SealKind.RootKey, name, 1, SealKind.RootedAlgorithm(SealKind.RootKey), []);
        return new NewRoot(this, Seal(binding, next.Secret), SealerOf(next, _deploymentId));
    }

    /// <summary>Takes a bridge's root as the present one. Does nothing if it is that already.</summary>
    public void Adopt(SealedKey bridge)
    {
        lock (_lock)
        {
            using var next = OpenBridge(bridge);
            if (next is null || CryptographicOperations.FixedTimeEquals(next.Check(), _check)) return;
            _previous?.Dispose();
            (_previous, _current, _check) = (_current, SealerOf(next, _deploymentId), next.Check());
            _hasRotated = true;
        }
    }

    /// <summary>A bridge's root; null where this process has never had the root that sealed it.</summary>
    public RootKey? OpenBridge(SealedKey bridge)
    {
        try
        {
            var secret = Open(bridge);
            if (secret.Length == RootKey.SizeBytes) return new RootKey(secret);
            secret.Dispose();
            return null;
        }
        catch (SealBrokenException)
        {
            return null;
        }
    }

    /// <summary>Forgets the root before the present one.</summary>
    public void Withdraw()
    {
        lock (_lock)
        {
            _previous?.Dispose();
            _previous = null;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _previous?.Dispose();
            _current.Dispose();
        }
    }

    public override string ToString() => nameof(RootSealers);

    private static Sealer SealerOf(RootKey root, byte[] deploymentId)
    {
        using var wrapping = root.WrappingKey();
        return new Sealer(wrapping.Span, SealedKeyRow.RootParent, deploymentId);
    }
}

/// <inheritdoc/>
internal sealed class NewRoot(RootSealers roots, SealedKey bridge, Sealer sealer) : INewRoot
{
    public SealedKey Bridge => bridge;

    public SealedKey Reseal(SealedKey key)
    {
        using var opened = roots.Open(key);
        return sealer.Seal(key.Binding, opened.Span);
    }

    public void Dispose() => sealer.Dispose();

    public override string ToString() => nameof(NewRoot);
}
