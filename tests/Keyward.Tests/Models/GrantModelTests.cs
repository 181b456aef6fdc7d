using System.Text;
using System.Text.Json;
using Keyward.Tests.Doors;
using Keyward.Tests.Doors.Aws;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Models;

/// <summary>Random grants, uses, ends and waits through the real doors, each answer against the model's.</summary>
public sealed class GrantModelTests
{
    private const int Seed = 20_260_303;
    private const int Steps = 700;
    private const int People = 3;
    private const int Admin = -1;

    private static readonly string[] Operations = ["Encrypt", "Decrypt", "CreateGrant", "RetireGrant", "DescribeKey"];

    private static readonly Dictionary<string, string>[] Contexts =
        [[], new() { ["t"] = "1" }, new() { ["t"] = "1", ["z"] = "2" }, new() { ["t"] = "2" }];

    private readonly Random _random = new(Seed);
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly GrantModel _model = new();
    private readonly List<(string Email, string Id, string Secret)> _people = [];
    private readonly Dictionary<string, int> _answers = [];

    private OpenDoors _doors = null!;
    private string _key = "";

    [Fact]
    public async Task Every_answer_is_the_models()
    {
        await using (_doors = await OpenDoors.OpenAsync(_clock))
        {
            await SetUpAsync();
            for (var step = 0; step < Steps; step++)
            {
                _model.Now = _clock.GetUtcNow();
                var (what, expected, found) = _random.Next(12) switch
                {
                    < 4 => await GrantAsync(),
                    < 9 => await UseAsync(),
                    9 => await RevokeAsync(),
                    10 => await RetireAsync(),
                    _ => Wait(),
                };
                Assert.True(expected == found, $"Seed {Seed}, step {step}: {what} gave {found}, not {expected}.");
                var kind = $"{what.Split(' ')[0]} {found}";
                _answers[kind] = _answers.GetValueOrDefault(kind) + 1;
            }
        }

        foreach (var kind in (string[])["grants ok", "grants AccessDeniedException", "uses ok",
            "uses AccessDeniedException", "revokes ok", "retires ok", "retires AccessDeniedException"])
            Assert.True(_answers.GetValueOrDefault(kind) > 4, $"{kind}: {_answers.GetValueOrDefault(kind)}");
        Assert.Contains(_model.Grants, g => g.Parent?.Parent is not null);
    }

    private async Task<(string, string, string)> GrantAsync()
    {
        var maker = _random.Next(People + 2) is var pick && pick < People ? pick : Admin;
        var wanted = new ModelGrant
        {
            Grantee = _random.Next(People),
            Operations = Operations.Where(_ => _random.Next(3) > 0).Append("DescribeKey").ToHashSet(),
            Constraint = _random.Next(3) == 0
                ? (_random.Next(2) == 0, Contexts[1 + _random.Next(Contexts.Length - 1)])
                : null,
            Expires = maker == Admin && _random.Next(3) == 0 ? _clock.GetUtcNow().AddHours(1 + _random.Next(4)) : null,
            MaximumUses = maker == Admin && _random.Next(3) == 0 ? 1 + _random.Next(3) : null,
            Retiring = _random.Next(3) == 0 ? _random.Next(People) : null,
        };
        var expected = maker == Admin || _model.TryPlace(maker, wanted) ? "ok" : "AccessDeniedException";
        var found = maker == Admin ? await GrantByAdminAsync(wanted) : await GrantByPersonAsync(maker, wanted);
        if (found == "ok") _model.Grants.Add(wanted);
        return ($"grants by {maker} to {wanted.Grantee}: {string.Join(',', wanted.Operations)}", expected, found);
    }

    private async Task<string> GrantByAdminAsync(ModelGrant wanted)
    {
        var constraint = wanted.Constraint is { } limit
            ? new { kind = limit.IsExact ? "EQUALS" : "SUBSET", pairs = limit.Pairs }
            : null;
        var lifetime = wanted.Expires is { } end ? $"{(long)(end - _clock.GetUtcNow()).TotalSeconds}s" : null;
        var reply = await AdminAsync("POST", $"/keyward/v1/{KeyName}/grants", JsonSerializer.Serialize(new
        {
            grantee = _people[wanted.Grantee].Email,
            retiringPrincipal = wanted.Retiring is { } retiring ? _people[retiring].Email : "",
            operations = wanted.Operations,
            constraint,
            lifetime,
            maximumUses = wanted.MaximumUses ?? 0,
        }));
        if (reply.Status != 200) return reply.Text;
        wanted.Id = reply.Json.GetProperty("grant").GetProperty("id").GetString()!;
        return "ok";
    }

    private async Task<string> GrantByPersonAsync(int maker, ModelGrant wanted)
    {
        var body = new Dictionary<string, object>
        {
            ["KeyId"] = _key,
            ["GranteePrincipal"] = ArnOf(wanted.Grantee),
            ["Operations"] = wanted.Operations,
        };
        if (wanted.Retiring is { } retiring) body["RetiringPrincipal"] = ArnOf(retiring);
        if (wanted.Constraint is { } limit)
            body["Constraints"] = new Dictionary<string, object>
            {
                [limit.IsExact ? "EncryptionContextEquals" : "EncryptionContextSubset"] = limit.Pairs,
            };
        var reply = await CallAsync(maker, "CreateGrant", body);
        if (reply.Status == 200) wanted.Id = reply.Json.GetProperty("GrantId").GetString()!;
        return AnswerOf(reply);
    }

    private async Task<(string, string, string)> UseAsync()
    {
        var person = _random.Next(People);
        var context = Contexts[_random.Next(Contexts.Length)];
        var expected = _model.Use(person, "Encrypt", context) ? "ok" : "AccessDeniedException";
        var reply = await CallAsync(person, "Encrypt",
            new { KeyId = _key, Plaintext = "AAAA", EncryptionContext = context });
        return ($"uses by {person} under {string.Join(',', context)}", expected, AnswerOf(reply));
    }

    private async Task<(string, string, string)> RevokeAsync()
    {
        if (Pick() is not { } grant) return Wait();
        var expected = grant.Exists ? "ok" : "NotFoundException";
        grant.IsEnded = true;
        var reply = await CallAsync(Admin, "RevokeGrant", new { KeyId = _key, GrantId = grant.Id });
        return ($"revokes {grant.Id}", expected, AnswerOf(reply));
    }

    private async Task<(string, string, string)> RetireAsync()
    {
        if (Pick() is not { } grant) return Wait();
        var person = _random.Next(People);
        var expected = !grant.Exists ? "NotFoundException"
            : GrantModel.MayRetire(person, grant) ? "ok" : "AccessDeniedException";
        if (expected == "ok") grant.IsEnded = true;
        var reply = await CallAsync(person, "RetireGrant", new { KeyId = _key, GrantId = grant.Id });
        return ($"retires {grant.Id} by {person}", expected, AnswerOf(reply));
    }

    private (string, string, string) Wait()
    {
        _clock.Advance(TimeSpan.FromMinutes(20 + _random.Next(90)));
        return ("waits", "", "");
    }

    private ModelGrant? Pick() => _model.Grants.Count == 0 ? null : _model.Grants[_random.Next(_model.Grants.Count)];

    private string KeyName => $"projects/default/locations/us-east-1/keyRings/aws/cryptoKeys/{_key}";

    private string ArnOf(int person) =>
        $"arn:aws:iam::000000000001:user/{_people[person].Email[.._people[person].Email.IndexOf('@')]}";

    private async Task SetUpAsync()
    {
        for (var i = 0; i < People; i++)
        {
            var account = await AdminAsync(
                "POST", "/keyward/v1/projects/default/serviceAccounts", $$"""{"name":"person-{{i}}"}""");
            var email = account.Json.GetProperty("email").GetString()!;
            var key = (await AdminAsync("POST", $"/keyward/v1/serviceAccounts/{email}/accessKeys")).Json;
            _people.Add((email, key.GetProperty("accessKeyId").GetString()!,
                key.GetProperty("secretAccessKey").GetString()!));
        }

        var made = await CallAsync(Admin, "CreateKey", new { });
        _key = made.Json.GetProperty("KeyMetadata").GetProperty("KeyId").GetString()!;
    }

    private Task<RestReply> AdminAsync(string method, string path, string body = "") =>
        _doors.SendAsync(method, path, Encoding.UTF8.GetBytes(body), _doors.NewToken());

    private Task<RestReply> CallAsync(int caller, string operation, object body)
    {
        var key = caller == Admin ? _doors.AccessKey : (_people[caller].Id, _people[caller].Secret);
        var target = "TrentService." + operation;
        var text = JsonSerializer.Serialize(body);
        return _doors.CallAwsAsync(target, text, context =>
        {
            foreach (var (name, values) in AwsRequest.Make(key, target, text, _clock.GetUtcNow()).Request.Headers)
                context.Request.Headers[name] = values;
        });
    }

    private static string AnswerOf(RestReply reply) =>
        reply.Status == 200 ? "ok" : reply.Json.GetProperty("__type").GetString()!;
}
