using System.IO.Compression;
using System.Security.Cryptography;
using Keyward.Doors.Rpc;

namespace Keyward.Tests.Doors.Rpc;

/// <summary>Row F55, compression: a small body never becomes a large one.</summary>
public sealed class BoundedInflationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_honest_comes_out_whole(bool isZeros)
    {
        // Two fields of 64 KiB, of whatever.
        var plain = isZeros ? new byte[128 * 1024] : RandomNumberGenerator.GetBytes(128 * 1024);
        foreach (var kind in Enum.GetValues<Inflation>())
        {
            using var inflated = new MemoryStream();
            using (var stream = new BoundedInflation(new MemoryStream(Compress(plain, kind)), kind))
                stream.CopyTo(inflated);
            Assert.Equal(plain, inflated.ToArray());
        }
    }

    [Theory]
    [InlineData(150_000)]
    [InlineData(10_000_000)]
    public async Task F55_A_bomb_is_refused_before_it_is_inflated(int size)
    {
        foreach (var kind in Enum.GetValues<Inflation>())
        {
            var bomb = Compress(new byte[size], kind);
            Assert.True(bomb.Length < size / BoundedInflation.MaximumRatio);
            using var stream = new BoundedInflation(new MemoryStream(bomb), kind);
            using var inflated = new MemoryStream();
            await Assert.ThrowsAsync<InvalidDataException>(() => stream.CopyToAsync(inflated));
            Assert.InRange(inflated.Length, 0, Transcoder.MaximumBodySizeBytes);
        }
    }

    [Fact]
    public void What_is_not_compressed_is_refused()
    {
        foreach (var kind in Enum.GetValues<Inflation>())
        {
            using var stream = new BoundedInflation(new MemoryStream([1, 2, 3]), kind);
            Assert.Throws<InvalidDataException>(() => stream.Read(new byte[10]));
        }
    }

    private static byte[] Compress(byte[] plain, Inflation kind)
    {
        using var buffer = new MemoryStream();
        using (Stream stream = kind == Inflation.Gzip
            ? new GZipStream(buffer, CompressionLevel.SmallestSize)
            : new ZLibStream(buffer, CompressionLevel.SmallestSize)) stream.Write(plain);
        return buffer.ToArray();
    }
}
