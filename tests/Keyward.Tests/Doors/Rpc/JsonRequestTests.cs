using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Keyward.Doors.Rpc;

namespace Keyward.Tests.Doors.Rpc;

public sealed class JsonRequestTests
{
    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("{}")]
    public void No_body_is_an_empty_message(string body) => Assert.Empty(JsonRequest.Parse(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}}}}}}}}}""")]
    public void What_is_no_small_object_is_refused(string body) =>
        Assert.Throws<BadRequestException>(() => JsonRequest.Parse(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("""{"plaintext":"_-8"}""", "ffef")]
    [InlineData("""{"plaintext":"/+8="}""", "ffef")]
    [InlineData("""{"plaintext":"/+8"}""", "ffef")]
    public void Bytes_may_be_url_safe_and_unpadded(string body, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(Read<EncryptRequest>(body).Plaintext.Span));

    [Fact]
    public void Null_is_absent_and_both_cases_are_known()
    {
        var key = Read<CryptoKey>("""{"labels":null,"rotation_period":"86400s","nextRotationTime":"2030-01-01T00:00:00Z"}""");
        Assert.Equal(86_400, key.RotationPeriod.Seconds);
        Assert.NotNull(key.NextRotationTime);
    }

    [Fact]
    public void Enums_come_by_name_and_by_number()
    {
        Assert.Equal(CryptoKey.Types.CryptoKeyPurpose.EncryptDecrypt, Read<CryptoKey>("""{"purpose":"ENCRYPT_DECRYPT"}""").Purpose);
        Assert.Equal(CryptoKey.Types.CryptoKeyPurpose.EncryptDecrypt, Read<CryptoKey>("""{"purpose":1}""").Purpose);
    }

    [Fact]
    public void An_unknown_field_is_named()
    {
        var failure = Assert.Throws<BadRequestException>(() => Read<CryptoKey>("""{"versionTemplate":{"colour":1}}"""));
        Assert.Contains("versionTemplate.colour", failure.Message);
    }

    [Fact]
    public void Masks_are_understood_in_both_cases()
    {
        Assert.Equal("rotationPeriod,labels", JsonRequest.Mask("rotation_period,labels"));
        Assert.Equal("rotationPeriod,versionTemplate.algorithm", JsonRequest.Mask("rotationPeriod,version_template.algorithm"));
    }

    [Fact]
    public void Mutated_bodies_end_in_a_message_or_a_documented_refusal()
    {
        const string body = """{"name":"n","plaintext":"AAAA","plaintextCrc32c":"123","additionalAuthenticatedData":"QQ=="}""";
        Gen.Select(Gen.Int[0, body.Length - 1], Gen.Char[' ', '~']).Sample((at, c) =>
        {
            try
            {
                _ = Read<EncryptRequest>(body[..at] + c + body[(at + 1)..]);
            }
            catch (Exception failure) when (failure is BadRequestException or InvalidProtocolBufferException
                or InvalidJsonException or FormatException or OverflowException)
            {
                // The transcoder answers these with 400.
            }
        });
    }

    private static T Read<T>(string body)
        where T : IMessage<T>, new()
    {
        var json = JsonRequest.Parse(Encoding.UTF8.GetBytes(body));
        JsonRequest.Normalise(json, new T().Descriptor);
        return JsonParser.Default.Parse<T>(json.ToJsonString());
    }
}
