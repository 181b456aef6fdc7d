using System.Buffers;

namespace Keyward.Keystores.Material;

/// <summary>Two byte strings side by side where a function takes one: on the stack if they are short, else in a pooled
/// array that is cleared on the way back. Not for key material.</summary>
internal ref struct JoinedBytes : IDisposable
{
    public const int StackSizeBytes = 512;

    private byte[]? _rented;

    public JoinedBytes(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> stack)
    {
        var size = first.Length + second.Length;
        var buffer = size <= stack.Length ? stack : _rented = ArrayPool<byte>.Shared.Rent(size);
        first.CopyTo(buffer);
        second.CopyTo(buffer[first.Length..]);
        Bytes = buffer[..size];
    }

    public ReadOnlySpan<byte> Bytes { get; }

    public void Dispose()
    {
        if (_rented is { } rented) ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        _rented = null;
    }
}
