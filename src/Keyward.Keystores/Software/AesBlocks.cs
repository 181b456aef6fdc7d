using System.Security.Cryptography;
using Keyward.Keystores.Material;

namespace Keyward.Keystores.Software;

/// <summary>A few blocks that are encrypted in place under one AES key, each by itself (ECB), by a context that is
/// kept: to make one costs several times the encryption. For one thread at a time.</summary>
/// <param name="key">Set to ECB without padding; may be shared.</param>
internal sealed class AesBlocks(Aes key, int sizeBytes) : IDisposable
{
    private readonly ICryptoTransform _encryptor = key.CreateEncryptor();
    private readonly SecretBytes _blocks = new(sizeBytes);

    public Span<byte> Bytes => _blocks.Writable;

    /// <summary>Encrypts the first bytes, whole blocks.</summary>
    public void Encrypt(int sizeBytes) => _blocks.Transform(_encryptor, sizeBytes);

    public void Dispose()
    {
        _encryptor.Dispose();
        _blocks.Dispose();
    }
}
