namespace Keyward.Keystores.Root;

/// <summary>Arithmetic in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1. No tables and no branches on values: the values are
/// secret.</summary>
internal static class ShareField
{
    private const int Modulus = 0x1b;

    public static byte Multiply(byte a, byte b)
    {
        var (product, left) = (0, (int)a);
        for (var i = 0; i < 8; i++)
        {
            product ^= left & -(b >> i & 1);
            left = (left << 1 & 0xff) ^ (Modulus & -(left >> 7));
        }

        return (byte)product;
    }

    /// <summary>a^254, which is the inverse of every element but 0.</summary>
    public static byte Invert(byte a)
    {
        var power = a;
        byte result = 1;
        for (var i = 0; i < 7; i++)
        {
            power = Multiply(power, power);
            result = Multiply(result, power);
        }

        return result;
    }
}
