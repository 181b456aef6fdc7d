using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Keyward.Keystores.Material;

/// <summary>The one type that holds key material: pinned, so that the collector leaves no copies behind, locked against
/// swapping where the system allows it, zeroed on dispose. It prints and shows nothing. Reading and disposing at the
/// same time is the owner's mistake.</summary>
[DebuggerDisplay("secret")]
internal sealed class SecretBytes : IDisposable
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly byte[] _bytes;

    private bool _disposed;

    public SecretBytes(int sizeBytes)
    {
        _bytes = GC.AllocateArray<byte>(sizeBytes, pinned: true);
        ProcessMemory.Lock(_bytes);
    }

    public SecretBytes(ReadOnlySpan<byte> bytes)
        : this(bytes.Length) => bytes.CopyTo(_bytes);

    public int Length => _bytes.Length;

    public ReadOnlySpan<byte> Span => Writable;

    public Span<byte> Writable
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    public static SecretBytes Random(int sizeBytes)
    {
        var secret = new SecretBytes(sizeBytes);
        RandomNumberGenerator.Fill(secret.Writable);
        return secret;
    }

    /// <summary>Runs the first bytes through a transform, in place.</summary>
    public void Transform(ICryptoTransform transform, int sizeBytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        transform.TransformBlock(_bytes, 0, sizeBytes, _bytes, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }

    public bool FixedTimeEquals(ReadOnlySpan<byte> other) => CryptographicOperations.FixedTimeEquals(Span, other);

    public override string ToString() => "secret";
}
