using System.Security.Cryptography;
using Keyward.Keystores.Material;

namespace Keyward.Keystores.Age;

/// <summary>Encrypts to a stream, which stays open. Only after <see cref="Finish"/> is it a whole file. Belongs to one
/// thread.</summary>
internal sealed class AgeWriter : IDisposable
{
    private readonly Stream _destination;
    private readonly ChaCha20Poly1305 _cipher;
    private readonly byte[] _chunk = new byte[AgePayload.ChunkSizeBytes];
    private readonly byte[] _sealed = new byte[AgePayload.ChunkSizeBytes + AgePayload.TagSizeBytes];
    private int _held;
    private long _number;

    public AgeWriter(Stream destination, IReadOnlyList<AgeRecipient> recipients)
    {
        _destination = destination;
        using var fileKey = SecretBytes.Random(AgeHeader.FileKeySizeBytes);
        destination.Write(AgeHeader.Make(fileKey, recipients));
        var nonce = RandomNumberGenerator.GetBytes(AgePayload.NonceSizeBytes);
        destination.Write(nonce);
        _cipher = AgePayload.CipherOf(fileKey, nonce);
    }

    /// <summary>Bytes as a whole file.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> bytes, IReadOnlyList<AgeRecipient> recipients)
    {
        using var file = new MemoryStream();
        using var writer = new AgeWriter(file, recipients);
        writer.Write(bytes);
        writer.Finish();
        return file.ToArray();
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            // A full chunk goes out only when more follows: the last one is marked.
            if (_held == _chunk.Length) Seal(isLast: false);
            var take = Math.Min(bytes.Length, _chunk.Length - _held);
            bytes[..take].CopyTo(_chunk.AsSpan(_held));
            _held += take;
            bytes = bytes[take..];
        }
    }

    public void Finish() => Seal(isLast: true);

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_chunk);
    }

    private void Seal(bool isLast)
    {
        Span<byte> nonce = stackalloc byte[12];
        AgePayload.WriteNonce(nonce, _number++, isLast);
        _cipher.Encrypt(nonce, _chunk.AsSpan(0, _held), _sealed.AsSpan(0, _held),
            _sealed.AsSpan(_held, AgePayload.TagSizeBytes));
        _destination.Write(_sealed.AsSpan(0, _held + AgePayload.TagSizeBytes));
        _held = 0;
    }
}
