using System.IO.Compression;
using System.Security.Cryptography;
using Keyward.Doors.Rpc;

namespace Keyward.Tests.Doors.Rpc;

/// <summary>Row F55, gzip: a small body never becomes a large one.</summary>
public sealed class BoundedInflationTests
{
    [Fact]
    public void What_is_honest_comes_out_whole()
    {
        var plain = RandomNumberGenerator.GetBytes(100_000);
        using var inflated = new MemoryStream();
        using (var stream = new BoundedInflation(new MemoryStream(Gzip(plain)))) stream.CopyTo(inflated);
        Assert.Equal(plain, inflated.ToArray());
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(10_000_000)]
    public async Task F55_A_bomb_is_refused_before_it_is_inflated(int size)
    {
        var bomb = Gzip(new byte[size]);
        Assert.True(bomb.Length < size / BoundedInflation.MaximumRatio);
        using var stream = new BoundedInflation(new MemoryStream(bomb));
        using var inflated = new MemoryStream();
        await Assert.ThrowsAsync<InvalidDataException>(() => stream.CopyToAsync(inflated));
        Assert.InRange(inflated.Length, 0, Transcoder.MaximumBodySizeBytes);
    }

    [Fact]
    public void What_is_no_gzip_is_refused()
    {
        using var stream = new BoundedInflation(new MemoryStream([1, 2, 3]));
        Assert.Throws<InvalidDataException>(() => stream.Read(new byte[10]));
    }

    internal static byte[] Gzip(byte[] plain)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.SmallestSize)) gzip.Write(plain);
        return buffer.ToArray();
    }
}
