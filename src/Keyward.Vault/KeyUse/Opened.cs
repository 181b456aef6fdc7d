using System.Security.Cryptography;
using Keyward.Vault.Keys;

namespace Keyward.Vault.KeyUse;

/// <summary>Secret bytes that an operation hands to its caller: a plaintext or a shared secret, and the version that
/// gave them. Dispose clears them.</summary>
public sealed class Opened(byte[] bytes, KeyVersion version) : IDisposable
{
    public byte[] Bytes { get; } = bytes;

    public KeyVersion Version { get; } = version;

    public void Dispose() => CryptographicOperations.ZeroMemory(Bytes);
}
