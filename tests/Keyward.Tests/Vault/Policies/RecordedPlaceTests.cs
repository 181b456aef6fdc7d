using Keyward.Vault.Policies;
using Keyward.Vault.Policies.Questions;

namespace Keyward.Tests.Vault.Policies;

/// <summary>Where a right had to be held, by what records name.</summary>
public sealed class RecordedPlaceTests
{
    private const string Location = "projects/shop/locations/global";
    private const string Ring = Location + "/keyRings/r";
    private const string Key = Ring + "/cryptoKeys/k";

    [Theory]
    [InlineData("cloudkms.keyRings.create", Ring, "projects/shop")]
    [InlineData("cloudkms.keyRings.list", Location + "/keyRings", "projects/shop")]
    [InlineData("cloudkms.cryptoKeys.create", Key, Ring)]
    [InlineData("cloudkms.cryptoKeys.list", Ring + "/cryptoKeys", Ring)]
    [InlineData("cloudkms.cryptoKeys.list", Location + "/cryptoKeys", "projects/shop")]
    [InlineData("cloudkms.cryptoKeys.list", "projects/shop", "projects/shop")]
    [InlineData("cloudkms.cryptoKeys.get", Key, Key)]
    [InlineData("cloudkms.cryptoKeyVersions.create", Key + "/cryptoKeyVersions/2", Key)]
    [InlineData("cloudkms.cryptoKeyVersions.create", Key, Key)]
    [InlineData("cloudkms.importJobs.create", Ring + "/importJobs/j", Ring)]
    [InlineData("iam.serviceAccounts.create", "projects/shop/serviceAccounts/app", "projects/shop")]
    [InlineData("iam.serviceAccountKeys.create", "serviceAccounts/app@shop.0011.keyward.internal", "projects/shop")]
    [InlineData("resourcemanager.projects.create", "projects/new", "deployment")]
    [InlineData("keyward.audit.read", Key, "projects/shop")]
    [InlineData("keyward.audit.readAll", "audit", "deployment")]
    [InlineData("keyward.nodes.get", "nodes", "deployment")]
    public void A_right_is_held_on_what_a_thing_lies_in(string permission, string resource, string place)
    {
        Assert.True(PermissionNames.TryParse(permission, out var parsed));
        var found = RecordedPlace.Of(parsed, resource, isOfKey: false)!.Value;
        Assert.Equal((parsed, place), (found.Demand.Permission, found.Target.FullName));
        Assert.Equal(place == "deployment" ? null : "shop", found.Demand.Project?.Value);
    }

    [Fact]
    public void An_alias_does_not_say_on_which_key_its_right_is_held()
    {
        Assert.True(PermissionNames.TryParse("keyward.aliases.create", out var permission));
        Assert.Null(RecordedPlace.Of(permission, Location + "/aliases/a", isOfKey: false));
    }

    [Theory]
    [InlineData(Key + "/cryptoKeyVersions/3", Key)]
    [InlineData("backups", "deployment")]
    [InlineData("projects/shop/serviceAccounts/app", "projects/shop")]
    public void What_has_no_policy_of_its_own_is_governed_by_what_it_lies_in(string resource, string target) =>
        Assert.Equal(target, RecordedPlace.TargetOf(resource).FullName);
}
