using System.Collections.Immutable;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.Conditions;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Vault.Policies.Conditions;

public sealed class ExpressionTests
{
    private const string Key = "projects/shop/locations/us-east1/keyRings/web/cryptoKeys/orders";

    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-24T22:30:15.250Z");

    [Theory]
    [InlineData("true")]
    [InlineData("resource.name == '" + Key + "'")]
    [InlineData("resource.name.startsWith(\"projects/shop/\") && resource.name.endsWith('/orders')")]
    [InlineData("resource.type == 'cloudkms.googleapis.com/CryptoKey'")]
    [InlineData("resource.service == \"cloudkms.googleapis.com\"")]
    [InlineData("resource.name.extract('/keyRings/{ring}/') == 'web'")]
    [InlineData("resource.name.extract('/cryptoKeys/{key}') == 'orders'")]
    [InlineData("resource.name.extract('projects/{p}/locations') == 'shop'")]
    [InlineData("resource.name.extract('{all}') == resource.name")]
    [InlineData("resource.name.extract('/none/{x}') == ''")]
    [InlineData("resource.name.extract('/keyRings/{x}/none/') == ''")]
    [InlineData("request.time < timestamp('2027-01-01T00:00:00Z')")]
    [InlineData("request.time >= timestamp('2026-11-24T23:30:15.25+01:00')")]
    [InlineData("request.time + duration('1h30m') > timestamp('2026-11-25T00:00:00Z')")]
    [InlineData("timestamp('2026-11-25T00:00:00Z') - request.time < duration('5400s')")]
    [InlineData("request.time.getHours() == 22 && request.time.getHours('Europe/Berlin') == 23")]
    [InlineData("request.time.getHours('+05:30') == 4 && request.time.getDayOfWeek('+05:30') == 3")]
    [InlineData("request.time.getFullYear() == 2026 && request.time.getMonth() == 10 && request.time.getDate() == 24")]
    [InlineData("request.time.getDayOfMonth() == 23 && request.time.getDayOfYear() == 327")]
    [InlineData("request.time.getMinutes() == 30 && request.time.getSeconds() == 15")]
    [InlineData("request.time.getMilliseconds() == 250 && request.time.getDayOfWeek() == 2")]
    [InlineData("request.time.getDayOfWeek() in [1, 2, 3, 4, 5]")]
    [InlineData("principal.project in ['shop', 'warehouse'] ? principal.type == 'service_account' : false")]
    [InlineData("!(resource.name.contains('billing') || principal.email.matches('^root@'))")]
    [InlineData("resource.name.matches(r'/cryptoKeys/ord\\w+$')")]
    [InlineData("principal.attributes['repository'] == 'acme/shop' && principal.attributes.ref == 'main'")]
    [InlineData("'repository' in principal.attributes && !('run' in principal.attributes)")]
    [InlineData("size('añ😀') == 3 && 'abc'.size() == 3 && size(['a']) == 1 && size([]) == 0")]
    [InlineData("api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/viewer'])")]
    [InlineData("api.getAttribute('storage.googleapis.com/objectListPrefix', 'none') == 'none'")]
    [InlineData("inIpRange(request.ip, ['10.0.0.0/8', '192.0.2.0/24']) && inIpRange(request.ip, '192.0.2.7/32')")]
    [InlineData("request.door == 'google_grpc' // comments run to the end\n && 1 + 2 - 4 == -1")]
    [InlineData("'\\u00e4\\x41\\\\' + \"'\" == 'äA\\\\\\''")]
    [InlineData("request.context['tenant'] == '42' || true")]
    [InlineData("true || request.context['tenant'] == '42'")]
    [InlineData("!(request.context['tenant'] == '42' && false)")]
    public void Holds(string text) => Assert.Equal(new ConditionResult(Verdict.Holds), Judge(text));

    [Theory]
    [InlineData("false")]
    [InlineData("request.time < timestamp('2026-11-24T22:30:15Z')")]
    [InlineData("resource.type == 'cloudkms.googleapis.com/KeyRing'")]
    [InlineData("request.ip == '' || inIpRange(request.ip, '2001:db8::/32')")]
    [InlineData("resource.name in []")]
    [InlineData("[] == ['a']")]
    public void Does_not_hold(string text) => Assert.Equal(new ConditionResult(Verdict.DoesNotHold), Judge(text));

    [Theory]
    [InlineData("request.context['tenant'] == '42'")]
    [InlineData("principal.attributes['run'] == '1'")]
    [InlineData("key.labels['env'] == 'prod'")]
    [InlineData("9223372036854775807 + request.time.getHours() > 0")]
    [InlineData("request.time + duration('80000000h') > request.time")]
    [InlineData("['a'][request.time.getHours()] == 'a'")]
    [InlineData("timestamp(principal.email) < request.time")]
    public void Fails(string text)
    {
        var result = Judge(text);
        Assert.Equal(Verdict.Fails, result.Verdict);
        Assert.NotNull(result.Why);
    }

    [Theory]
    [InlineData("", "line 1, column 1: a value, a name or a parenthesis is expected")]
    [InlineData("true &&", "line 1, column 8: a value, a name or a parenthesis is expected")]
    [InlineData("true\n  && tru", "line 2, column 6: there is no such name; attributes begin with")]
    [InlineData("resource.nam == 'x'", "line 1, column 1: name an attribute of it: resource.name, resource.type")]
    [InlineData("request.time < '2027-01-01T00:00:00Z'", "write timestamp(")]
    [InlineData("request.time < timestamp('tomorrow')", "a timestamp has the form")]
    [InlineData("request.time.getHours('Mars/Base') < 1", "a time zone is one of the IANA list")]
    [InlineData("resource.name.startWith('x')", "there is no such function; there are startsWith, endsWith")]
    [InlineData("resource.name.startsWith(1)", "the function takes a text, behind a text")]
    [InlineData("resource.name", "a condition is true or false; this is a text")]
    [InlineData("'open", "this text has no closing quote")]
    [InlineData("'\\q' == ''", "this escape is not known")]
    [InlineData("1.5 < 2", "numbers are whole numbers")]
    [InlineData("99999999999999999999 > 1", "fits in 64 bits")]
    [InlineData("(true", ") is expected")]
    [InlineData("true true", "an operator or the end is expected")]
    [InlineData("true ? 'a' : 1", "both sides of : are of one type")]
    [InlineData("resource.name == 1", "== does not take a text and a whole number")]
    [InlineData("resource.name.matches(principal.email)", "this must be written out, not computed")]
    [InlineData("resource.name.matches('(?=a)')", "this is no regular expression")]
    [InlineData("resource.name.matches('((a{100}){100})')", "a pattern repeats at most 1000 times")]
    [InlineData("resource.name.extract('no braces') == ''", "a template has one name in braces")]
    [InlineData("inIpRange(request.ip, '10.0.0.0/33')", "a range has the form")]
    [InlineData("inIpRange(request.ip, '010.0.0.0/8')", "a range has the form")]
    [InlineData("['a', 1] == []", "the items of a list are of one type")]
    [InlineData("resource.matchTag('env', 'prod')", "there is no such function")]
    [InlineData("a # b", "this character has no meaning here")]
    public void Says_what_is_wrong_and_where(string text, string expected) =>
        Assert.Contains(expected, Expression.ErrorIn(text), StringComparison.Ordinal);

    [Fact]
    public void Limits_are_enforced_at_their_bounds()
    {
        var twelve = string.Join(" && ", Enumerable.Repeat("true", 13));
        Assert.Null(Expression.ErrorIn(twelve));
        Assert.Contains("at most 12", Expression.ErrorIn(twelve + " && true"), StringComparison.Ordinal);
        var deep = string.Concat(Enumerable.Repeat('(', 31)) + "true" + string.Concat(Enumerable.Repeat(')', 31));
        Assert.Null(Expression.ErrorIn(deep));
        Assert.Contains("too deeply", Expression.ErrorIn($"({deep})"), StringComparison.Ordinal);
        Assert.Null(Expression.ErrorIn("true" + new string(' ', Expression.MaximumSizeBytes - 4)));
        Assert.Contains("at most 4096 bytes",
            Expression.ErrorIn("true" + new string(' ', Expression.MaximumSizeBytes - 3)), StringComparison.Ordinal);
        var sums = string.Join('+', Enumerable.Repeat("1", 1_500)) + " > 0";
        Assert.Contains("at most 1000 words", Expression.ErrorIn(sums), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_designed_for_exponential_time_is_refused_or_answers()
    {
        Assert.NotNull(Expression.ErrorIn(new string('!', 13) + "true"));
        Assert.NotNull(Expression.ErrorIn(string.Concat(Enumerable.Repeat("true?(", 600)) + "true"));
        Assert.NotNull(Expression.ErrorIn(new string('[', 4_000)));
        Assert.Equal(Verdict.DoesNotHold, Judge("resource.name.matches('^(([a-z/])+.)+[A-Z]([a-z])+$')").Verdict);
        Assert.Equal(Verdict.DoesNotHold, Judge("resource.name.matches('^(a|aa)+$')").Verdict);
    }

    /// <summary>Whatever comes is refused with a place or compiled; what compiles gives a verdict; nothing
    /// throws.</summary>
    [Fact]
    public void Mutated_expressions_break_nothing()
    {
        const int seed = 20_261_124;
        var random = new Random(seed);
        string[] seeds =
        [
            "resource.name.startsWith('projects/shop/') && request.time < timestamp('2027-01-01T00:00:00Z')",
            "request.time.getHours('Europe/Berlin') in [8, 9, 10] ? principal.email.matches('^a.*') : !false",
            "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/viewer'])",
            "inIpRange(request.ip, ['10.0.0.0/8']) || principal.attributes['repository'].extract('{o}/') == \"acme\"",
            "timestamp('2026-11-25T00:00:00Z') - request.time < duration('5400s') // end\n",
        ];
        const string alphabet = "()[]'\".,!&|?:<>=+-0129azATZ_{}\\/ \n\t\0é😀";
        for (var i = 0; i < 20_000; i++)
        {
            var text = seeds[random.Next(seeds.Length)].ToList();
            for (var edits = random.Next(1, 6); edits > 0 && text.Count > 0; edits--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(4))
                {
                    case 0: text.RemoveAt(at); break;
                    case 1: text.Insert(at, alphabet[random.Next(alphabet.Length)]); break;
                    case 2: text[at] = alphabet[random.Next(alphabet.Length)]; break;
                    default:
                        text.InsertRange(at, text.Skip(random.Next(text.Count)).Take(random.Next(20)).ToArray());
                        break;
                }
            }

            var mutated = new string([.. text]);
            var error = Expression.ErrorIn(mutated);
            var verdict = Judge(mutated).Verdict;
            Assert.True(error is null || verdict == Verdict.Fails, $"seed {seed}, {i}: {mutated}");
            Assert.True(error?.StartsWith("line ", StringComparison.Ordinal) ?? true, $"seed {seed}, {i}: {error}");
        }
    }

    [Fact]
    public void Errors_repeat_nothing_of_what_came()
    {
        foreach (var text in (string[])["canary.name == 1", "resource.canary == ''", "x.canary('canary')", "'canary"])
            Assert.DoesNotContain("canary", Expression.ErrorIn(text), StringComparison.OrdinalIgnoreCase);
    }

    private static ConditionResult Judge(string text)
    {
        Assert.True(ProjectId.TryParse("shop", out var project));
        Assert.True(LocationId.TryParse("us-east1", out var location));
        var key = new KeyName(new KeyRingName(new LocationName(project, location), "web"), "orders");
        var caller = new Caller(Caller.ServiceAccountType, "ci@shop.d.keyward.internal", "1", project, "k")
        {
            Attributes = ImmutableDictionary<string, string>.Empty.Add("repository", "acme/shop").Add("ref", "main"),
        };
        var arrival = new Arrival(Door.GoogleGrpc, new Source("192.0.2.7", 1, null, null), null, 1, 2, Now, 0);
        return Expression.Compile(text).Judge(new Facts(Snapshot.Empty, caller,
            Demand.On(Permission.VersionsUseToEncrypt, key), new Circumstances(Now, arrival)));
    }
}
