using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.Groups;
using Keyward.Vault.Identities;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Projects;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Models;

/// <summary>The compiled evaluation against the model's, over generated policies.</summary>
public sealed class AccessModelTests
{
    private const int Worlds = 400;
    private const string Group = "group:crew@p.x.groups.keyward.internal";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Emails = ["a@p.iam", "b@p.iam", "c@p.iam"];

    private static readonly string[] Members =
        [.. Emails.Select(e => "serviceAccount:" + e), Group, "allUsers", "allAuthenticatedUsers", "user:n@o.example"];

    private static readonly string[] RoleNames =
    [
        "roles/owner", "roles/viewer", "roles/cloudkms.admin", "roles/cloudkms.cryptoKeyEncrypter",
        "roles/cloudkms.cryptoOperator", "roles/cloudkms.signerVerifier", "roles/keyward.auditor",
    ];

    private static readonly string[] DenyPatterns =
        ["cloudkms.*", "cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeys.get", "*"];

    private static readonly Permission[] Asked =
    [
        Permission.VersionsUseToEncrypt, Permission.VersionsUseToDecrypt, Permission.VersionsUseToSign,
        Permission.CryptoKeysGet, Permission.CryptoKeysSetIamPolicy, Permission.VersionsDestroy, Permission.AuditRead,
    ];

    [Fact]
    public void Every_decision_is_the_models()
    {
        const int seed = 20_260_101;
        var random = new Random(seed);
        int allowed = 0, refused = 0;
        for (var world = 0; world < Worlds; world++)
        {
            var chain = Enumerable.Range(0, 4).Select(_ => Generate(random)).ToArray();
            var inGroup = Emails.Where(_ => random.Next(2) == 0).ToArray();
            var (snapshot, key) = Build(chain, inGroup);
            foreach (var email in Emails)
            {
                var names = new HashSet<string> { "serviceAccount:" + email, "allUsers", "allAuthenticatedUsers" };
                if (inGroup.Contains(email)) names.Add(Group);
                var caller = new Caller(Caller.ServiceAccountType, email, "", key.Project, null);
                foreach (var permission in Asked)
                {
                    var expected = AccessModel.Allows(chain, names, permission);
                    var found = Authority.Decide(
                        snapshot, caller, Demand.On(permission, key), new Circumstances(Now)).Allowed;
                    Assert.True(expected == found,
                        $"Seed {seed}, world {world}: {email} {permission.Name()} should be {expected}.");
                    if (found) allowed++;
                    else refused++;
                }
            }
        }

        Assert.True(allowed > 500 && refused > 500, $"{allowed} allowed, {refused} refused: the worlds are too alike.");
    }

    private static ModelPolicy Generate(Random random) => new(
        [.. Enumerable.Range(0, random.Next(4)).Select(_ => new ModelBinding(
            Pick(random, RoleNames), Some(random), Pick(random, ModelCondition.All)))],
        [.. Enumerable.Range(0, random.Next(4) == 0 ? 1 : 0).Select(_ => new ModelDeny(
            Pick(random, DenyPatterns), Some(random), random.Next(2) == 0 ? Some(random) : [],
            Pick(random, ModelCondition.All)))]);

    private static (Snapshot Snapshot, KeyName Key) Build(ModelPolicy[] chain, string[] inGroup)
    {
        Assert.True(ResourceName.TryParse("projects/p/locations/global/keyRings/r/cryptoKeys/k", out var name));
        var key = name.Key!.Value;
        var snapshot = new Snapshot { DeploymentPolicy = Compile(chain[0]) }
            .Replace(new Project(key.Project, "000000000002", Now) { Policy = Compile(chain[1]) })
            .Replace(new KeyRing(key.Parent, Now) { Policy = Compile(chain[2]) })
            .Replace(ModelKey.Of(key, Now, Compile(chain[3])))
            .Replace(new PrincipalGroup(Group["group:".Length..], key.Project, "crew", "",
                [.. inGroup.Select(e => "serviceAccount:" + e)], StandingState.Active, Now, 1));
        return (snapshot, key);
    }

    private static PolicyState Compile(ModelPolicy policy) => PolicyState
        .First(new Policy([.. policy.Bindings.Select(b => new Binding(b.Role, b.Members, Condition(b.Condition)))]))
        .Next(new DenyRules([.. policy.Denies.Select((d, i) => new DenyRule(
            $"d{i}", d.Members, [d.Permission], d.Except, [], Condition(d.Condition)))]));

    private static Condition? Condition(ModelCondition condition) =>
        condition.Expression is { } expression ? new Condition("t", expression) : null;

    private static string[] Some(Random random) =>
        [.. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => Pick(random, Members)).Distinct()];

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
