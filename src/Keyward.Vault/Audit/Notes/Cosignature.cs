using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Keyward.Vault.Audit.Notes;

/// <summary>A witness's word on a checkpoint and when it gave it (C2SP tlog-cosignature): time in 8 bytes ‖ signature
/// over <c>cosignature/v1</c>, the time and the note's text.</summary>
public static class Cosignature
{
    public const int TimeSizeBytes = 8;
    public const int SizeBytes = TimeSizeBytes + 64;

    public static byte[] MessageOf(string noteText, long unixSeconds) => Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {unixSeconds}\n{noteText}"));

    public static long TimeOf(ReadOnlySpan<byte> cosignature) => BinaryPrimitives.ReadInt64BigEndian(cosignature);

    public static byte[] Join(long unixSeconds, ReadOnlySpan<byte> signature)
    {
        var bytes = new byte[TimeSizeBytes + signature.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, unixSeconds);
        signature.CopyTo(bytes.AsSpan(TimeSizeBytes));
        return bytes;
    }
}
