using System.Text.Json;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Keys;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.Documents;
using Keyward.Vault.Projects;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Models;

/// <summary>The compiled evaluation of AWS's policies against the model's, over generated documents.</summary>
public sealed class IamModelTests
{
    private const int Seed = 20_260_202;
    private const int Worlds = 400;
    private const string Account = "000000000002";
    private const string OtherAccount = "000000000003";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly (string Account, string Project, string User)[] Callers =
        [(Account, "p", "ann"), (Account, "p", "bob"), (OtherAccount, "q", "eve")];

    private static readonly string[] Asked =
        ["Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey", "Sign", "PutKeyPolicy", "ScheduleKeyDeletion"];

    private static readonly string[] Actions =
    [
        "kms:*", "*", "kms:Encrypt", "kms:encrypt", "kms:Decrypt", "kms:Generate*", "kms:De*", "kms:?ign", "kms:Put*",
        "s3:*", "kms:DescribeKey", "kms:*Key*",
    ];

    private static readonly string[] Principals =
    [
        "arn:aws:iam::000000000002:user/ann", "arn:aws:iam::000000000002:user/bob", "arn:aws:iam::000000000002:role/ann",
        "arn:aws:iam::000000000002:root", "000000000002", "arn:aws:iam::000000000003:user/eve",
        "arn:aws:iam::000000000003:root", "*",
    ];

    private static readonly string[] Operators =
    [
        "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
        "StringNotLike", "ForAnyValue:StringEquals", "ForAllValues:StringEquals", "ForAllValues:StringLike",
        "ForAnyValue:StringNotEquals", "StringEqualsIfExists", "StringNotLikeIfExists",
    ];

    private static readonly string[] Keys =
    [
        "kms:EncryptionContext:tenant", "kms:encryptioncontext:tenant", "kms:EncryptionContextKeys", "aws:username",
        "kms:CallerAccount", "kms:KeySpec", "kms:ViaService", "kms:RequestAlias", "aws:SourceIp",
    ];

    private static readonly string[] Values =
        ["ann", "a*", "ANN", "tenant", "x", Account, "SYMMETRIC_DEFAULT", "*", "?nn", "${aws:username}"];

    private readonly Random _random = new(Seed);

    [Fact]
    public void Every_decision_on_a_key_is_the_models()
    {
        int allowed = 0, refused = 0;
        for (var world = 0; world < Worlds; world++)
        {
            var keyPolicy = KeyDocument();
            var own = Callers.Select(_ => _random.Next(3) == 0 ? null : OwnDocument()).ToArray();
            var (snapshot, key) = Build(keyPolicy, own);
            for (var i = 0; i < Callers.Length; i++)
                foreach (var action in Asked)
                    foreach (var tenant in (string?[])[null, "ann", "x"])
                    {
                        var expected = IamModel.Allows(Call(i, action, tenant, key), keyPolicy, own[i]);
                        var found = Authority.Decide(snapshot, CallerOf(i), Demand.On(PermissionOf(action), key.Name),
                            new Circumstances(Now, Attributes: Shown(action, tenant))).Allowed;
                        Assert.True(expected == found, $"""
                            Seed {Seed}, world {world}: {Callers[i].User} {action} under {tenant ?? "no"} tenant should
                            be {expected}.
                            {keyPolicy}
                            {own[i]}
                            """);
                        if (found) allowed++;
                        else refused++;
                    }
        }

        Assert.True(allowed > 2_000 && refused > 2_000, $"{allowed} allowed, {refused} refused: the worlds are too alike.");
    }

    private string KeyDocument() => Document(() =>
    {
        var statement = Statement("*", "arn:aws:kms:us-east-1:000000000002:key/*");
        var isDeny = statement["Effect"] is "Deny";
        if (isDeny && _random.Next(3) == 0)
            statement["NotPrincipal"] = new Dictionary<string, object> { ["AWS"] = Some(Principals[..3]) };
        else
            statement["Principal"] = _random.Next(8) == 0
                ? "*"
                : new Dictionary<string, object> { ["AWS"] = Some(Principals) };
        return statement;
    });

    private string OwnDocument() => Document(() => Statement("*", "arn:aws:kms:*:000000000002:key/*",
        "arn:aws:kms:us-east-1:000000000002:key/00000001*", "arn:aws:kms:eu-west-1:*:key/*", "arn:aws:s3:::*"));

    private string Document(Func<Dictionary<string, object>> make) => JsonSerializer.Serialize(
        new Dictionary<string, object>
        {
            ["Version"] = _random.Next(6) == 0 ? "2008-10-17" : "2012-10-17",
            ["Statement"] = Enumerable.Range(0, 1 + _random.Next(4)).Select(_ => make()).ToArray(),
        });

    private Dictionary<string, object> Statement(params string[] resources)
    {
        var statement = new Dictionary<string, object> { ["Effect"] = _random.Next(4) == 0 ? "Deny" : "Allow" };
        statement[_random.Next(6) == 0 ? "NotAction" : "Action"] = Some(Actions);
        statement[_random.Next(10) == 0 ? "NotResource" : "Resource"] =
            _random.Next(2) == 0 ? "*" : Some(resources);
        if (_random.Next(2) == 0)
            statement["Condition"] = Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => Comparison())
                .DistinctBy(c => c.Key).ToDictionary(c => c.Key, c => c.Value);
        return statement;
    }

    private KeyValuePair<string, object> Comparison()
    {
        var (op, key, values) = _random.Next(8) switch
        {
            0 => ("Null", Pick(Keys), [_random.Next(2) == 0 ? "true" : "false"]),
            1 => ("DateLessThan", "aws:CurrentTime", [$"202{_random.Next(10)}-01-02T00:00:00Z"]),
            2 => ("NumericGreaterThanEquals", "aws:EpochTime", [$"{_random.Next(2) * 2_000_000_000}"]),
            3 => (_random.Next(2) == 0 ? "ArnLike" : "ArnNotEquals", "aws:PrincipalArn",
                [$"arn:aws:iam::*:user/{Pick(["ann", "*", "b?b"])}"]),
            _ => (Pick(Operators), Pick(Keys), Some(Values)),
        };
        return new(op, new Dictionary<string, object> { [key] = values });
    }

    private static IamRequest Call(int caller, string action, string? tenant, Key key)
    {
        var (account, _, user) = Callers[caller];
        var shown = new Dictionary<string, string[]>
        {
            ["AWS:USERNAME"] = [user],
            ["KMS:CALLERACCOUNT"] = [account],
            ["AWS:PRINCIPALARN"] = [$"arn:aws:iam::{account}:user/{user}"],
            ["KMS:KEYSPEC"] = ["SYMMETRIC_DEFAULT"],
            ["AWS:CURRENTTIME"] = ["2026-01-01T00:00:00Z"],
            ["AWS:EPOCHTIME"] = [$"{Now.ToUnixTimeSeconds()}"],
        };
        if (tenant is not null && HasContext(action))
        {
            shown["KMS:ENCRYPTIONCONTEXT:TENANT"] = [tenant];
            shown["KMS:ENCRYPTIONCONTEXTKEYS"] = ["tenant", "zone"];
        }

        return new IamRequest(account, user, action, Account, $"arn:aws:kms:us-east-1:{Account}:key/{key.IdText}", shown);
    }

    private static bool HasContext(string action) => action is "Encrypt" or "Decrypt" or "GenerateDataKey";

    private static ContextAttributes? Shown(string action, string? tenant)
    {
        if (tenant is null || !HasContext(action)) return null;
        Assert.True(Context.TryFromPairs(
            new Dictionary<string, string> { ["tenant"] = tenant, ["zone"] = "1" }, out var context));
        return new ContextAttributes(context);
    }

    private static Caller CallerOf(int i) =>
        new(Caller.ServiceAccountType, EmailOf(i), $"{i}", Find(Callers[i].Project), null);

    private static string EmailOf(int i) => $"{Callers[i].User}@{Callers[i].Project}.iam";

    private static Permission PermissionOf(string action) =>
        Keyward.Vault.Policies.Actions.All.Single(a => a.Action == action).Permission;

    private static ProjectId Find(string project)
    {
        Assert.True(ProjectId.TryParse(project, out var id));
        return id;
    }

    private static (Snapshot Snapshot, Key Key) Build(string keyPolicy, string?[] own)
    {
        Assert.True(KeyName.TryParse("projects/p/locations/us-east-1/keyRings/aws/cryptoKeys/k", out var name));
        Assert.True(PolicyDocument.Compile(keyPolicy, DocumentKind.Key, out var problem) is not null, problem);
        var key = ModelKey.Of(name, Now, PolicyState.None.Next(new KeyPolicy(keyPolicy)));
        var snapshot = new Snapshot().Replace(new Project(name.Project, Account, Now))
            .Replace(new Project(Find("q"), OtherAccount, Now)).Replace(new KeyRing(name.Parent, Now)).Replace(key);
        for (var i = 0; i < own.Length; i++)
        {
            if (own[i] is not { } document) continue;
            Assert.True(PolicyDocument.Compile(document, DocumentKind.Identity, out problem) is not null, problem);
            snapshot = snapshot with
            {
                Accounts = snapshot.Accounts.SetItem(EmailOf(i), new ServiceAccount(EmailOf(i),
                    Find(Callers[i].Project), Callers[i].User, $"{i}", StandingState.Active, Now)
                {
                    Policies = IdentityPolicies.None.With("own", document),
                }),
            };
        }

        return (snapshot, key);
    }

    private string[] Some(string[] from) =>
        [.. Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => Pick(from)).Distinct()];

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}
