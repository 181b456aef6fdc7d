using Keyward.Keystores.Age;

namespace Keyward.Tests.Keystores.Age;

public sealed class AgeTests
{
    [Theory]
    [InlineData("A12UEL5L", "a", "")]
    [InlineData("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdef", "00443214c74254b635cf84653a56d7c675be77df")]
    [InlineData("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "split",
        "c5f38b70305f519bf66d85fb6cf03058f3dde463ecd7918f2dc743918f2d")]
    public void Bech32_reads_and_writes_the_examples_of_BIP_173(string text, string prefix, string hex)
    {
        Assert.Equal(hex, Convert.ToHexStringLower(Bech32.Decode(prefix, text)!));
        Assert.Equal(text.ToLowerInvariant(), Bech32.Encode(prefix, Convert.FromHexString(hex)));
    }

    [Theory]
    [InlineData("a12UEL5L", "a")]
    [InlineData("A12UEL5M", "a")]
    [InlineData("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdeg")]
    [InlineData("age1short", "age")]
    public void Bech32_refuses_what_is_spoilt(string text, string prefix) => Assert.Null(Bech32.Decode(prefix, text));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(200_000)]
    public void What_is_encrypted_is_read_by_each_recipient(int size)
    {
        var (first, second) = (AgeIdentity.Make(), AgeIdentity.Make());
        using var one = first.Identity;
        using var two = second.Identity;
        var plaintext = Pattern(size);
        var file = Encrypt(plaintext, one.Recipient, two.Recipient);
        Assert.Equal(plaintext, Decrypt(file, one));
        using var again = AgeIdentity.TryParse(second.Text)!;
        Assert.Equal(plaintext, Decrypt(file, again));
    }

    [Fact]
    public void Nobody_else_reads_it()
    {
        using var mine = AgeIdentity.Make().Identity;
        using var other = AgeIdentity.Make().Identity;
        var file = Encrypt(Pattern(10), mine.Recipient);
        Assert.Contains("other recipients", Assert.Throws<InvalidDataException>(() => Decrypt(file, other)).Message);
    }

    [Fact]
    public void Every_flipped_bit_and_every_cut_is_refused()
    {
        using var identity = AgeIdentity.Make().Identity;
        var file = Encrypt(Pattern(300), identity.Recipient);
        for (var i = 0; i < file.Length * 8; i += 3)
        {
            var spoilt = (byte[])file.Clone();
            spoilt[i / 8] ^= (byte)(1 << (i % 8));
            Assert.Throws<InvalidDataException>(() => Decrypt(spoilt, identity));
        }

        for (var length = 0; length < file.Length; length += 7)
            Assert.Throws<InvalidDataException>(() => Decrypt(file[..length], identity));
        Assert.Throws<InvalidDataException>(() => Decrypt([.. file, 0], identity));
    }

    [Fact]
    public void A_file_without_its_last_chunk_is_refused()
    {
        using var identity = AgeIdentity.Make().Identity;
        var file = Encrypt(Pattern(70_000), identity.Recipient);
        var body = 70_000 - 65_536 + AgePayload.TagSizeBytes;
        Assert.Throws<InvalidDataException>(() => Decrypt(file[..^body], identity));
    }

    private static byte[] Pattern(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)(i * 7 % 256))];

    private static byte[] Encrypt(byte[] plaintext, params AgeRecipient[] recipients)
    {
        using var stream = new MemoryStream();
        using var writer = new AgeWriter(stream, recipients);
        // In pieces, as they come.
        foreach (var piece in plaintext.Chunk(1_000)) writer.Write(piece);
        writer.Finish();
        return stream.ToArray();
    }

    private static byte[] Decrypt(byte[] file, AgeIdentity identity)
    {
        using var reader = new AgeReader(new MemoryStream(file), [identity]);
        var found = new List<byte>();
        var one = new byte[1];
        while (reader.TryReadExactly(one)) found.Add(one[0]);
        return [.. found];
    }
}
