using Keyward.Vault.Policies;

namespace Keyward.Tests.Vault.Policies;

public sealed class ActionsTests
{
    [Fact]
    public void Every_right_has_a_name_and_is_governed_by_an_action()
    {
        foreach (var permission in Enum.GetValues<Permission>())
        {
            if (permission == Permission.None) continue;
            Assert.Matches(@"^[a-z]+(\.[a-zA-Z0-9]+){2}$", permission.Name());
            Assert.True(PermissionNames.TryParse(permission.Name(), out var parsed) && parsed == permission);
            Assert.NotEmpty(Actions.Of(permission));
            Assert.InRange((int)permission, 0, PermissionMask.MaximumPermissions - 1);
        }
    }

    [Fact]
    public void Every_action_is_one_right_and_no_two_are_the_same()
    {
        var actions = Actions.All.ToList();
        Assert.Equal(49, actions.Count);
        Assert.Equal(actions.Select(a => a.Action).Order(StringComparer.Ordinal), actions.Select(a => a.Action));
        Assert.Equal(actions.Count, actions.Select(a => a.Permission).Distinct().Count());
        Assert.Equal(actions.Count, actions.Select(a => a.Action).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void What_governs_a_right_is_an_action_or_a_name_of_our_own()
    {
        var names = Actions.All.Select(a => a.Action).ToHashSet();
        foreach (var permission in Enum.GetValues<Permission>())
            Assert.All(Actions.Of(permission), a => Assert.True(names.Contains(a) || a == "Keyward" + permission, a));
    }

    [Fact]
    public void A_role_confers_the_finer_parts_of_what_it_names()
    {
        Assert.True(Roles.Confers("roles/cloudkms.cryptoKeyEncrypter", Permission.VersionsUseToGenerateDataKey));
        Assert.True(Roles.Confers("roles/cloudkms.cryptoKeyDecrypter", Permission.VersionsUseToReEncryptFrom));
        Assert.False(Roles.Confers("roles/cloudkms.cryptoKeyDecrypter", Permission.VersionsUseToReEncryptTo));
        Assert.True(Roles.Confers("roles/cloudkms.signer", Permission.VersionsUseToGenerateMac));
        Assert.True(Roles.Confers("roles/cloudkms.admin", Permission.CryptoKeysTag));
        Assert.False(Roles.Confers("roles/cloudkms.admin", Permission.VersionsUseToReEncryptTo));
        foreach (var permission in Enum.GetValues<Permission>())
            if (permission is >= Permission.GrantsCreate and <= Permission.PrincipalsSetPolicy)
                Assert.True(Roles.Confers("roles/owner", permission), permission.ToString());
    }
}
