using System.Security.Cryptography;

namespace Keyward.Keystores.Age;

/// <summary>Decrypts from a stream, in order. What was altered, cut off or added to is an <see
/// cref="InvalidDataException"/>, and nothing of the chunk in question is given out. Belongs to one thread.</summary>
internal sealed class AgeReader : IDisposable
{
    private readonly Stream _source;
    private readonly ChaCha20Poly1305 _cipher;
    private readonly byte[] _sealed = new byte[AgePayload.ChunkSizeBytes + AgePayload.TagSizeBytes];
    private readonly byte[] _chunk = new byte[AgePayload.ChunkSizeBytes];
    private int _length;
    private int _at;
    private long _number;
    private bool _ended;

    public AgeReader(Stream source, IReadOnlyList<AgeIdentity> identities)
    {
        _source = source;
        using var fileKey = AgeHeader.Read(source, identities);
        var nonce = new byte[AgePayload.NonceSizeBytes];
        if (source.ReadAtLeast(nonce, nonce.Length, throwOnEndOfStream: false) < nonce.Length)
            throw new InvalidDataException("The file is cut off.");
        _cipher = AgePayload.CipherOf(fileKey, nonce);
    }

    /// <summary>A whole file's bytes.</summary>
    public static byte[] Open(byte[] file, IReadOnlyList<AgeIdentity> identities)
    {
        using var source = new MemoryStream(file);
        using var reader = new AgeReader(source, identities);
        using var bytes = new MemoryStream(file.Length);
        reader.CopyTo(chunk => bytes.Write(chunk));
        return bytes.ToArray();
    }

    /// <summary>Gives out what is left, chunk by chunk, each once it is known to be whole.</summary>
    public void CopyTo(Action<ReadOnlySpan<byte>> give)
    {
        while (_at < _length || Open())
        {
            give(_chunk.AsSpan(_at, _length - _at));
            _at = _length;
        }
    }

    /// <summary>Fills the destination; false at the end of the file, where nothing was left.</summary>
    public bool TryReadExactly(Span<byte> destination)
    {
        var filled = 0;
        while (filled < destination.Length)
        {
            if (_at == _length && !Open())
                return filled == 0 ? false : throw new InvalidDataException("The file is cut off.");
            var take = Math.Min(destination.Length - filled, _length - _at);
            _chunk.AsSpan(_at, take).CopyTo(destination[filled..]);
            _at += take;
            filled += take;
        }

        return true;
    }

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_chunk);
    }

    private bool Open()
    {
        if (_ended) return false;
        var length = _source.ReadAtLeast(_sealed, _sealed.Length, throwOnEndOfStream: false);
        if (length < AgePayload.TagSizeBytes) throw new InvalidDataException("The file is cut off.");
        (_length, _at) = (length - AgePayload.TagSizeBytes, 0);
        if (!TryOpen(isLast: length < _sealed.Length))
        {
            // A last chunk may be full.
            if (length < _sealed.Length || !TryOpen(isLast: true))
                throw new InvalidDataException("The file was altered or is cut off.");
            _ended = true;
        }
        else
        {
            _ended = length < _sealed.Length;
        }

        if (_ended && (_source.ReadByte() >= 0 || (_length == 0 && _number > 0)))
            throw new InvalidDataException("The file does not end where it should.");
        _number++;
        return _length > 0;
    }

    private bool TryOpen(bool isLast)
    {
        Span<byte> nonce = stackalloc byte[12];
        AgePayload.WriteNonce(nonce, _number, isLast);
        try
        {
            _cipher.Decrypt(nonce, _sealed.AsSpan(0, _length), _sealed.AsSpan(_length, AgePayload.TagSizeBytes),
                _chunk.AsSpan(0, _length));
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
