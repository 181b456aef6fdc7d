using System.Text;
using CsCheck;
using Keyward.Tests.Models;

namespace Keyward.Tests.Doors.Rpc;

/// <summary>Fuzz target of the REST door: mutated paths, queries and bodies end in an answer or a documented error in
/// Google's envelope, and in one record. Run longer with CsCheck_Time; a failing seed is printed and reproduces.</summary>
public sealed class MutatedRequestTests
{
    private const int Cases = 1_500;
    private const string Ring = "/v1/projects/default/locations/global/keyRings/r";

    private static readonly (string Method, string Path, string Query, string Body)[] Seeds =
    [
        ("GET", "/v1/projects/default/locations", "filter=&pageSize=2&$alt=json;enum-encoding=int", ""),
        ("GET", Ring, "fields=name", ""),
        ("GET", Ring + "/cryptoKeys", "pageSize=1&order_by=name desc&filter=labels.a=b OR name:k", ""),
        ("GET", Ring + "/cryptoKeys", "filter=createTime%3E2026-01-01T00:00:00Z&versionView=1", ""),
        ("POST", Ring + "/cryptoKeys", "cryptoKeyId=k&skipInitialVersionCreation=true",
            """{"purpose":1,"labels":{"a":"b"},"versionTemplate":{"algorithm":"GOOGLE_SYMMETRIC_ENCRYPTION"}""" +
            """,  "rotationPeriod":"86400s","nextRotationTime":"2099-01-01T00:00:00Z"}"""),
        ("PATCH", Ring + "/cryptoKeys/k", "updateMask=labels,next_rotation_time",
            """{"labels":{"a":"c"},"nextRotationTime":"2099-01-01T00:00:00.5Z"}"""),
        ("PATCH", Ring + "/cryptoKeys/k/cryptoKeyVersions/1", "updateMask=state", """{"state":"ENABLED"}"""),
        ("POST", Ring + "/cryptoKeys/k:encrypt", "", """{"plaintext":"aGVsbG8","plaintextCrc32c":"2591144780"}"""),
        ("POST", Ring + "/cryptoKeys/k:decrypt", "", """{"ciphertext":"SwEAAA==","ciphertextCrc32c":1}"""),
        ("POST", Ring + ":setIamPolicy", "", """{"policy":{"version":1,"bindings":[{"role":""" +
            """ "roles/cloudkms.viewer","members":["user:a@example.com"]}],"etag":"AAAA"}}"""),
        ("POST", "/keyward/v1/projects/default/serviceAccounts", "", """{"name":"robot"}"""),
    ];

    private static readonly string[] Pieces =
    [
        "\"", "\\", "\\ud800", "\\u0000", "{", "}", "[", "]", ":", ",", "null", "true", "-1", "1e999", "0.5", "NaN", "s",
        "9223372036854775808", "2147483648", "-315576000001s", "9999-12-31T23:59:59.999999999Z", "\"@type\":\"x\",",
        "/", "//", "..", "*", "%", "%00", "%2F", "&", "=", "?", "$", ";", ".", "_", "\u00e9", "\ud83d\udd11", "\u0001",
        "paths", "createTime.seconds=1", "primary.name=x", "labels=a", "crypto_key.name=x", " OR ", " AND ", "-", "(",
    ];

    private static readonly int[] Documented = [200, 400, 403, 404, 405, 409, 501];

    [Fact]
    public async Task Every_mutation_ends_in_an_answer_or_a_documented_error_and_in_one_record()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await doors.SendAsync("POST", "/v1/projects/default/locations/global/keyRings?keyRingId=r");
        await doors.SendAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k", """{"purpose":1}""");
        var mutation = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1_000], Gen.Int[0, Pieces.Length - 1]);
        var request = Gen.Select(Gen.Int[0, Seeds.Length - 1], Gen.Int[0, 2], mutation.Array[1, 4]);
        await request.SampleAsync(async ((int Seed, int Part, (int, int, int)[] Mutations) drawn) =>
        {
            var (method, path, query, body) = Seeds[drawn.Seed];
            foreach (var (kind, at, piece) in drawn.Mutations)
                if (drawn.Part == 0) path = "/" + TextMutation.Apply(path[1..], kind, at, Pieces[piece]);
                else if (drawn.Part == 1) query = TextMutation.Apply(query, kind, at, Pieces[piece]);
                else body = TextMutation.Apply(body, kind, at, Pieces[piece]);
            var before = doors.Records;
            var reply = await doors.SendAsync(method, $"{path.Replace('?', '!')}?{query}", TextMutation.Bytes(body), doors.Token);
            var wrong = Judge(reply, path, doors.Records - before);
            Assert.True(wrong is null, $"{wrong}: {method} {path} ? {query} {body}\n{reply.Status} {reply.Text}");
        }, iter: Cases, threads: 1);
    }

    private static string? Judge(RestReply reply, string path, long records)
    {
        // What leaves the door's own paths is another's business: no answer, no record.
        if (reply.Text.Length == 0)
            return records == 0 && !path.StartsWith("/v1/", StringComparison.Ordinal) ? null : "no answer";
        if (records != 1) return $"{records} records";
        if (!Documented.Contains(reply.Status)) return "an undocumented status";
        if (reply.ContentType != "application/json; charset=UTF-8") return "another content type";
        var isError = reply.Json.TryGetProperty("error", out var error);
        if (isError != (reply.Status != 200)) return "a body that is not the status's";
        return isError && error.GetProperty("code").GetInt32() != reply.Status ? "another code" : null;
    }
}
