using System.Text;
using Keyward.Tests.Pages;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.Conditions;
using Attribute = Keyward.Vault.Policies.Conditions.Attribute;

namespace Keyward.Tests.Vault.Policies;

/// <summary>What the page of rights says of roles and conditions is what the program has.</summary>
public sealed class AccessPageTests
{
    [Fact]
    public void The_page_of_roles_is_what_the_program_confers()
    {
        var page = new StringBuilder("""
            # Roles and permissions
            Made from the program's own tables. How rights are decided: [iam.md](iam.md).

            ## Predefined roles
            | role | confers |
            | --- | --- |

            """);
        foreach (var role in Roles.All.Order(StringComparer.Ordinal))
            page.Append(Line($"`{role}`", Roles.PermissionsOf(role).Select(p => p.Name())));
        page.Append("""

            ## What conditions may look at
            | attribute | type |
            | --- | --- |

            """);
        foreach (var attribute in Attribute.All)
            page.Append($"| `{attribute.Name}` | {attribute.Type.Show()} |\n");
        page.Append("""

            ## Functions of conditions
            | function | takes | gives |
            | --- | --- | --- |

            """);
        foreach (var function in Function.All)
            page.Append($"| `{function.Name}` | {function.Shown} | {function.Result.Show()} |\n");
        GeneratedPage.Check("docs/reference/roles.md", page.ToString());
    }

    [Fact]
    public void No_role_but_the_owner_both_administers_and_uses_keys()
    {
        var both = Roles.All.Where(r => Roles.Confers(r, Permission.CryptoKeysSetIamPolicy)
            && (Roles.Confers(r, Permission.VersionsUseToEncrypt) || Roles.Confers(r, Permission.VersionsUseToDecrypt)
                || Roles.Confers(r, Permission.VersionsUseToSign)));
        Assert.Equal(["roles/owner"], both);
    }

    private static string Line(string name, IEnumerable<string> permissions) =>
        $"| {name} | {string.Join(", ", permissions.Select(Short).Order(StringComparer.Ordinal))} |\n";

    private static string Short(string permission) => $"`{permission}`";
}
