using System.Text.Json;
using CsCheck;
using Keyward.Tests.Models;

namespace Keyward.Tests.Doors.Aws;

/// <summary>Fuzz targets of the AWS door: bodies that are signed and malformed, and signatures that are malformed over a
/// good body, end in an answer or in an error of AWS's form, and in one record. Run longer with CsCheck_Time; a failing
/// seed is printed and reproduces.</summary>
public sealed class MutatedCallTests
{
    private const int Cases = 800;

    private static readonly (string Operation, string Body)[] Seeds =
    [
        ("CreateKey", """{"Description":"d","KeySpec":"SYMMETRIC_DEFAULT","Tags":[{"TagKey":"a","TagValue":"b"}],"MultiRegion":false}"""),
        ("Encrypt", """{"KeyId":"KEY","Plaintext":"aGVsbG8=","EncryptionContext":{"a":"b"},"GrantTokens":["x"]}"""),
        ("Decrypt", """{"KeyId":"KEY","CiphertextBlob":"SwEAAA==","EncryptionContext":{"a":"b"}}"""),
        ("ReEncrypt", """{"CiphertextBlob":"SwEAAA==","DestinationKeyId":"alias/a"}"""),
        ("ListKeys", """{"Limit":10,"Marker":"x"}"""),
        ("GenerateDataKey", """{"KeyId":"KEY","NumberOfBytes":32}"""),
        ("ScheduleKeyDeletion", """{"KeyId":"NONE","PendingWindowInDays":7}"""),
        ("PutKeyPolicy", """{"KeyId":"KEY","PolicyName":"default","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",""" +
            """\"Principal\":{\"AWS\":\"*\"},\"Action\":\"kms:*\",\"Resource\":\"*\",\"Condition\":{\"StringLike\":{\"kms:ViaService\":\"a*\"}}}]}"}"""),
        ("CreateGrant", """{"KeyId":"KEY","GranteePrincipal":"arn:aws:iam::000000000001:role/x","Operations":["Encrypt"],""" +
            """ "Constraints":{"EncryptionContextSubset":{"a":"b"}}}"""),
        ("ImportKeyMaterial", """{"KeyId":"KEY","ImportToken":"AAAA","EncryptedKeyMaterial":"AAAA","ValidTo":1.5e9}"""),
    ];

    private static readonly string[] Pieces =
    [
        "\"", "\\", "\\ud800", "\\u0000", "{", "}", "[", "]", ":", ",", "null", "true", "-1", "1e999", "0.5", "NaN", "*", "?", "${x}",
        "9223372036854775808", "2147483648", "arn:", "arn:aws:kms:us-east-1:000000000001:key/", "alias/", "/", "..", "=", "%", "\u00e9",
        "\ud83d\udd11", "\u0001", "mrk-", "\\\"", "Deny", "NotAction", " ", "\n", "AAAA====",
    ];

    [Fact]
    public async Task Signed_bodies_that_were_mutated_end_in_an_answer_or_a_documented_error_and_in_one_record()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var key = (await doors.CallAwsAsync("TrentService.CreateKey", "{}")).Json.GetProperty("KeyMetadata").GetProperty("KeyId").GetString()!;
        var mutation = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1_000], Gen.Int[0, Pieces.Length - 1]);
        await Gen.Select(Gen.Int[0, Seeds.Length - 1], mutation.Array[1, 4]).SampleAsync(async drawn =>
        {
            var (operation, body) = Seeds[drawn.Item1];
            body = body.Replace("KEY", key, StringComparison.Ordinal);
            foreach (var (kind, at, piece) in drawn.Item2) body = TextMutation.Apply(body, kind, at, Pieces[piece]);
            // What a string of .NET may hold and UTF-8 may not is another test's: the signature is over bytes.
            body = string.Concat(body.Where(c => !char.IsSurrogate(c)));
            await JudgeAsync(doors, operation, body, _ => { });
        }, iter: Cases, threads: 1);
    }

    [Fact]
    public async Task Signatures_that_were_mutated_are_refused_and_recorded()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var mutation = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 400], Gen.Int[0, Pieces.Length - 1]);
        await Gen.Select(Gen.Int[0, 2], mutation.Array[1, 3]).SampleAsync(async drawn =>
            await JudgeAsync(doors, "ListKeys", "{}", context =>
            {
                var name = drawn.Item1 switch { 0 => "Authorization", 1 => "X-Amz-Date", _ => "X-Amz-Target" };
                string text = context.Request.Headers[name]!;
                foreach (var (kind, at, piece) in drawn.Item2) text = TextMutation.Apply(text, kind, at, Pieces[piece]);
                context.Request.Headers[name] = text;
            }), iter: Cases / 2, threads: 1);
    }

    private static async Task JudgeAsync(OpenDoors doors, string operation, string body, Action<Microsoft.AspNetCore.Http.HttpContext> spoil)
    {
        var before = doors.Records;
        var reply = await doors.CallAwsAsync("TrentService." + operation, body, spoil);
        var shown = $"{operation} {body}\n{reply.Status} {reply.Text}";
        // What asks for no operation of ours is left to the other doors.
        if (reply.Text.Length == 0 && reply.Status == 200 && doors.Records == before) return;
        Assert.True(reply.Status is 200 or 400, shown);
        Assert.True(doors.Records >= before + 1, shown);
        if (reply.Status == 200) return;
        Assert.Equal(before + 1, doors.Records);
        Assert.Equal("application/x-amz-json-1.1", reply.ContentType);
        Assert.Matches("^[A-Za-z]+Exception$", JsonDocument.Parse(reply.Text).RootElement.GetProperty("__type").GetString()!);
    }
}
