using System.Text.RegularExpressions;
using Keyward.Doors.Aws;
using Keyward.Tests.Tidy;

namespace Keyward.Tests.Doors.Aws;

/// <summary>docs/reference/aws.md and the door name the same operations.</summary>
public sealed partial class ReferencePageTests
{
    private static readonly string[] OfSts = ["GetCallerIdentity", "AssumeRole", "AssumeRoleWithWebIdentity"];

    [Fact]
    public void The_page_lists_every_operation_once_and_no_other()
    {
        var rows = File.ReadLines(Path.Combine(SourceTests.FindRoot(), "docs", "reference", "aws.md"))
            .SkipWhile(line => line != "## Operations").Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith('|')).Select(line => line.Split('|')[1]);
        var listed = rows.SelectMany(cell => Name().Matches(cell)).Select(m => m.Groups[1].Value).Order().ToArray();
        Assert.Equal(Operations.All.Keys.Concat(OfSts).Order(), listed);
    }

    [GeneratedRegex("`([A-Za-z]+)`")]
    private static partial Regex Name();
}
