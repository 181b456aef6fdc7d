using System.Buffers.Text;
using System.Text;
using CsCheck;
using Keyward.Vault.Identities;

namespace Keyward.Tests.Vault.Identities;

/// <summary>What a self-signed JWT may look like; whose it is, is judged elsewhere.</summary>
public sealed class AssertionClaimsTests
{
    private const string Header = """{"alg":"RS256","typ":"JWT","kid":"k1"}""";
    private const string Payload = """{"iss":"a@b","sub":"a@b","iat":1000,"exp":4600,"scope":"s"}""";

    [Fact]
    public void A_good_one_is_taken_apart()
    {
        var claims = AssertionClaims.TryParse(Token(Header, Payload))!;
        Assert.Equal(("k1", "a@b", 1000L, 4600L), (claims.KeyId, claims.Issuer, claims.IssuedAt, claims.Expires));
    }

    [Fact]
    public void One_without_a_subject_says_so()
    {
        Assert.True(AssertionClaims.TryParse(Token(Header, Payload))!.HasSubject);
        Assert.False(AssertionClaims.TryParse(Token(Header, """{"iss":"a@b","iat":1,"exp":2}"""))!.HasSubject);
    }

    [Theory]
    [InlineData("""{"alg":"none"}""")]
    [InlineData("""{"alg":"HS256"}""")]
    [InlineData("""{"alg":"RS512"}""")]
    [InlineData("""{"alg":"ES256"}""")]
    [InlineData("""{"alg":"rs256"}""")]
    [InlineData("""{"typ":"JWT"}""")]
    [InlineData("""{"alg":"RS256","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"RS256","crit":["exp"]}""")]
    [InlineData("""{"alg":"RS256","b64":false}""")]
    [InlineData("""{"alg":"RS256","alg":"RS256"}""")]
    [InlineData("""{"alg":"RS256","kid":7}""")]
    [InlineData("""["RS256"]""")]
    [InlineData("not json")]
    public void A_bad_header_is_refused(string header) => Assert.Null(AssertionClaims.TryParse(Token(header, Payload)));

    [Theory]
    [InlineData("""{"iss":"a@b","sub":"c@d","iat":1,"exp":2}""")]
    [InlineData("""{"iss":"a@b","sub":"","iat":1,"exp":2}""")]
    [InlineData("""{"iss":"a@b","sub":null,"iat":1,"exp":2}""")]
    [InlineData("""{"iss":"a@b","sub":"a@b","iat":1,"exp":2,"target_audience":["x"]}""")]
    [InlineData("""{"iss":"a@b","sub":"a@b","exp":2}""")]
    [InlineData("""{"iss":"a@b","sub":"a@b","iat":1}""")]
    [InlineData("""{"iss":"a@b","sub":"a@b","iat":1,"exp":1e308}""")]
    [InlineData("""{"iss":"a@b","sub":"a@b","iat":1,"exp":2.5}""")]
    [InlineData("""{"iss":"a@b","sub":"a@b","iat":1,"exp":"2"}""")]
    [InlineData("""{"iss":"a@b","sub":"a@b","iat":-1,"exp":2}""")]
    [InlineData("""{"iss":"a@b","iss":"a@b","sub":"a@b","iat":1,"exp":2}""")]
    [InlineData("""{"iss":"a@b","sub":"a@b","iat":1,"exp":2,"aud":["x","y"]}""")]
    [InlineData("""{"iss":"a@b","sub":"a@b","iat":1,"exp":2,"x":[[[[[1]]]]]}""")]
    public void A_bad_payload_is_refused(string payload) => Assert.Null(AssertionClaims.TryParse(Token(Header, payload)));

    [Fact]
    public void Padding_extra_parts_and_size_are_refused()
    {
        var token = Token(Header, Payload);
        Assert.Null(AssertionClaims.TryParse(token + "="));
        Assert.Null(AssertionClaims.TryParse(token + ".x"));
        Assert.Null(AssertionClaims.TryParse(token + new string('A', 9_000)));
    }

    [Fact]
    public void Mutations_never_throw()
    {
        var token = Token(Header, Payload);
        Gen.Select(Gen.Int[0, token.Length - 1], Gen.Char[' ', '~']).Sample((at, c) =>
            _ = AssertionClaims.TryParse(token[..at] + c + token[(at + 1)..]));
    }

    private static string Token(string header, string payload) =>
        $"{Encode(header)}.{Encode(payload)}.{Encode("signature")}";

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
