using Keyward.Cli;
using Keyward.Cli.Operating;

namespace Keyward.Tests.Cli.Operating;

public sealed class ScrubberTests
{
    [Theory]
    [InlineData("token kwt1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.0123abcd end", "token [masked] end")]
    [InlineData("Authorization: Bearer abc.def-ghi_jkl", "Authorization: Bearer [masked]")]
    [InlineData("jwt=eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0xx.c2lnbmF0dXJl!", "jwt=[masked]!")]
    [InlineData("AWS_SECRET_ACCESS_KEY='abcdef/ghi+jkl'", "AWS_SECRET_ACCESS_KEY='[masked]'")]
    [InlineData("{\"client_secret\": \"hunter22\", \"a\": 1}", "{\"client_secret\": \"[masked]\", \"a\": 1}")]
    [InlineData("Host=db;Password=sesame123;Port=1", "Host=db;Password=[masked];Port=1")]
    [InlineData("GET /?X-Amz-Signature=0123456789abcdef0123 200", "GET /?X-Amz-Signature=[masked] 200")]
    [InlineData("postgres://kms:s3cret@db:5432/kms", "postgres://kms:[masked]@db:5432/kms")]
    [InlineData("\"private_key\":\"-----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEY-----\\n\"", "\"private_key\":\"[masked]\\n\"")]
    [InlineData("nothing here: a bearer of news, a password policy", "nothing here: a bearer of news, a password policy")]
    public void Credentials_are_masked_and_the_rest_stays(string line, string expected) =>
        Assert.Equal(expected, new Scrubber([]).Line(line));

    [Fact]
    public void A_key_over_many_lines_is_masked_whole()
    {
        var scrubber = new Scrubber([]);
        string[] lines = ["a", "-----BEGIN EC PRIVATE KEY-----", "MHcCAQEE", "-----END EC PRIVATE KEY----- b", "c",
            "-----BEGIN CERTIFICATE-----", "MIIB"];
        Assert.Equal(["a", "[masked]", "[masked]", "[masked] b", "c", "-----BEGIN CERTIFICATE-----", "MIIB"],
            lines.Select(scrubber.Line));
        Assert.Equal(1, scrubber.Masked);
    }

    [Fact]
    public void Own_rules_mask_what_they_match_or_their_first_group()
    {
        var scrubber = new Scrubber(["# cards", "", @"\b\d{16}\b", @"pin=(\d+)"]);
        Assert.Equal("card [masked] pin=[masked];", scrubber.Line("card 4111111111111111 pin=1234;"));
        Assert.Throws<UsageException>(() => new Scrubber(["("]));
    }
}
