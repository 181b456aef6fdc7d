using System.Text.RegularExpressions;
using Keyward.Tests.Tidy;

namespace Keyward.Tests.Pages;

/// <summary>docs/reference/degraded-modes.md: each row has its cells, a test that there is, an alert that
/// ships.</summary>
public sealed class DegradedModesTests
{
    [Fact]
    public void Every_row_names_a_test_and_an_alert()
    {
        var root = SourceTests.FindRoot();
        var tests = string.Concat(Directory.EnumerateFiles(
            Path.Combine(root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var rules = File.ReadAllText(Path.Combine(root, "deploy/alerts/keyward.yml"));
        var rows = File.ReadLines(Path.Combine(root, "docs/reference/degraded-modes.md"))
            .Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(2)
            .Select(l => l.Trim('|').Split('|', StringSplitOptions.TrimEntries)).ToList();
        Assert.True(rows.Count > 8);
        Assert.All(rows, row =>
        {
            Assert.Equal(7, row.Length);
            Assert.Matches($@"public (async Task|void) {Regex.Escape(row[6].Trim('`'))}\(", tests);
            if (row[4] != "none") Assert.Contains($"alert: {row[4]}\n", rules);
        });
    }
}
