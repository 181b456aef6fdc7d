using Keyward.Keystores.Material;
using Keyward.Keystores.Software;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Root;

/// <summary>Seals keys under one parent: <c>01 ‖ nonce 24 ‖ XAES-256-GCM(parent, nonce, secret, AAD) ‖ tag 16</c>.
/// The AAD binds the value to what it is and where it stands (docs/reference/format.md). Safe for concurrent
/// use.</summary>
internal sealed class Sealer(ReadOnlySpan<byte> parent, byte[] parentId, byte[] deploymentId) : IDisposable
{
    private const byte Format = 1;
    private const int OverheadBytes = 1 + Xaes256Gcm.NonceSizeBytes + Xaes256Gcm.TagSizeBytes;

    private readonly Xaes256Gcm _cipher = new(parent);

    public byte[] ParentId { get; } = parentId;

    public SealedKey Seal(SealBinding binding, ReadOnlySpan<byte> secret)
    {
        Span<byte> nonce = stackalloc byte[Xaes256Gcm.NonceSizeBytes];
        KernelRandom.Fill(nonce);
        return new SealedKey(ParentId, binding, Seal(binding, secret, nonce));
    }

    public byte[] Seal(SealBinding binding, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> nonce)
    {
        var value = new byte[secret.Length + OverheadBytes];
        value[0] = Format;
        nonce.CopyTo(value.AsSpan(1));
        var body = value.AsSpan(1 + Xaes256Gcm.NonceSizeBytes);
        _cipher.Encrypt(
            nonce, secret, body[..secret.Length], body[secret.Length..], AadOf(binding, ParentId, deploymentId));
        return value;
    }

    /// <summary>Throws <see cref="SealBrokenException"/> for anything but the value that was sealed for this
    /// binding.</summary>
    public SecretBytes Open(SealedKey key)
    {
        var value = key.Sealed.AsSpan();
        if (value.Length <= OverheadBytes || value[0] != Format || !key.ParentId.AsSpan().SequenceEqual(ParentId))
            throw new SealBrokenException(key.Binding.Name);
        var secret = new SecretBytes(value.Length - OverheadBytes);
        var nonce = value.Slice(1, Xaes256Gcm.NonceSizeBytes);
        var body = value[(1 + Xaes256Gcm.NonceSizeBytes)..];
        if (_cipher.TryDecrypt(nonce, body[..secret.Length], body[secret.Length..], secret.Writable,
            AadOf(key.Binding, ParentId, deploymentId))) return secret;
        secret.Dispose();
        throw new SealBrokenException(key.Binding.Name);
    }

    public void Dispose() => _cipher.Dispose();

    private static byte[] AadOf(SealBinding binding, byte[] parentId, byte[] deploymentId) => Frame.Of(
        "keyward/seal/1"u8.ToArray(), Frame.Text(binding.Kind), deploymentId, parentId, Frame.Text(binding.Name),
        Frame.Number(binding.Version), Frame.Text(binding.AlgorithmLabel), binding.Attributes);
}
