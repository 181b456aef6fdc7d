using Google.Cloud.Kms.V1;
using Google.Protobuf.WellKnownTypes;
using Keyward.Cli;
using Keyward.Cli.Operating;
using Keyward.Protos.V1;

namespace Keyward.Tests.Cli;

/// <summary>What the doctor says of versions that are used, and how the logs of several nodes become one answer.</summary>
public sealed class UsageFindingsTests
{
    private const string Key = "projects/p/locations/l/keyRings/r/cryptoKeys/k";

    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 31, 1, true)]
    [InlineData(2, 31, 1, false)]
    [InlineData(1, 29, 1, false)]
    [InlineData(1, 31, 8, false)]
    public void An_older_version_in_use_is_told_once_the_primary_is_not_new(
        int version, int primaryAgeDays, int usedDaysAgo, bool isTold)
    {
        var key = new CryptoKey
        {
            Name = Key,
            Primary = new CryptoKeyVersion { Name = Key + "/cryptoKeyVersions/2", CreateTime = Ago(primaryAgeDays) },
        };
        var findings = UsageFindings.Judge([key], Of(version, usedDaysAgo, "app"), Now).ToList();
        Assert.Equal(isTold, findings.Count == 1);
        if (isTold) Assert.Contains("by app", findings[0].Says);
    }

    [Fact]
    public void Several_logs_give_the_first_use_the_last_and_all_principals()
    {
        var all = Of(1, 5, "app");
        UsageCommands.Merge(all, Of(1, 2, "app"));
        UsageCommands.Merge(all, Of(1, 9, "job"));
        UsageCommands.Merge(all, Of(2, 1, "job"));
        Assert.Equal(2, all.Versions.Count);
        var use = all.Versions[0];
        Assert.Equal((3, Ago(10), Ago(2)), (use.Uses, use.FirstUseTime, use.LastUseTime));
        Assert.Equal([("app", 2), ("job", 1)], use.Principals.Select(p => (p.Principal, (int)p.Uses)));
        Assert.Equal(["decrypt"], use.Principals[0].Operations);
        // The log that begins last bounds what is known.
        Assert.Equal(Ago(20 + 1), all.Since);
    }

    [Fact]
    public void A_table_has_a_row_for_each_version_and_principal_and_the_rest_in_one()
    {
        var all = Of(1, 5, "app");
        UsageCommands.Merge(all, Of(1, 9, "job"));
        UsageCommands.Merge(all, Of(2, 1, "job"));
        (all.Versions[1].OtherPrincipals, all.Versions[1].Uses) = (3, 8);
        Assert.Equal([("1", "app", "1"), ("1", "job", "1"), ("2", "job", "1"), ("2", "(3 others)", "7")],
            UsageCommands.Rows(all).Select(r => ($"{r["version"]}", $"{r["principal"]}", $"{r["uses"]}")));
        Assert.All(UsageCommands.Rows(all).Take(3), r => Assert.Equal("decrypt", $"{r["operations"]}"));
    }

    private static Usage Of(int version, int usedDaysAgo, string principal) => new()
    {
        Since = Ago(20 + usedDaysAgo),
        Versions =
        {
            new VersionUse
            {
                Version = $"{Key}/cryptoKeyVersions/{version}", Uses = 1,
                FirstUseTime = Ago(usedDaysAgo + 1), LastUseTime = Ago(usedDaysAgo),
                Principals =
                {
                    new PrincipalUse
                    {
                        Principal = principal, Uses = 1, FirstUseTime = Ago(usedDaysAgo + 1),
                        LastUseTime = Ago(usedDaysAgo), Operations = { "decrypt" },
                    },
                },
            },
        },
    };

    private static Timestamp Ago(int days) => (Now - TimeSpan.FromDays(days)).ToTimestamp();
}
