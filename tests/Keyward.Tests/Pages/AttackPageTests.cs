using System.Text;
using Keyward.Tests.Tidy;

namespace Keyward.Tests.Pages;

/// <summary>The page of attacks names tests that exist.</summary>
public sealed class AttackPageTests
{
    private const string Head =
        """
        # Attacks that must fail
        Made from the tests' own list ([threats](../../SECURITY.md)). Each line is tried by the tests named, at every change: the
        attack is refused with the door's documented code, leaves a record where a caller is known, and changes nothing. Where the
        numbers have a gap, what they stand for is not built yet or tried by hand.

        | # | attack | tests |
        | --- | --- | --- |

        """;

    [Fact]
    public void The_page_of_attacks_names_the_tests_that_try_them()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(SourceTests.FindRoot(), "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(Path.GetFileNameWithoutExtension, File.ReadAllText);
        var page = new StringBuilder(Head);
        foreach (var (number, attack, tests) in Attacks.All)
        {
            foreach (var test in tests)
            {
                var (type, method) = (test.Split('.')[0], test.Split('.')[1]);
                Assert.True(sources[type].Any(text => text.Contains($" {method}(", StringComparison.Ordinal)),
                    $"F{number}: there is no test {test}");
            }

            page.Append($"| F{number} | {attack} | {string.Join(", ", tests.Select(t => $"`{t.Split('.')[0]}`").Distinct())} |\n");
        }

        Assert.Equal(Attacks.All.Select(a => a.Number).Order().Distinct(), Attacks.All.Select(a => a.Number));
        GeneratedPage.Check("docs/reference/attacks.md", page.ToString());
    }
}
