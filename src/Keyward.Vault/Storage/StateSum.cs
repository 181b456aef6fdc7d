using System.Buffers.Binary;

namespace Keyward.Vault.Storage;

/// <summary>The keyed sum over all rows, modulo 2^256: adding and taking away terms in any order gives the same sum.
/// Overflow is the arithmetic's own.</summary>
internal readonly record struct StateSum(UInt128 High, UInt128 Low)
{
    public const int SizeBytes = 32;

    public static StateSum Parse(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, High);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], Low);
    }

    public StateSum Add(StateSum term)
    {
        unchecked
        {
            var low = Low + term.Low;
            var carry = low < Low ? UInt128.One : UInt128.Zero;
            return new StateSum(High + term.High + carry, low);
        }
    }

    public StateSum Subtract(StateSum term)
    {
        unchecked
        {
            var borrow = Low < term.Low ? UInt128.One : UInt128.Zero;
            return new StateSum(High - term.High - borrow, Low - term.Low);
        }
    }
}
