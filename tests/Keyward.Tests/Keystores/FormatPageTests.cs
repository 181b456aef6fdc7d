using System.Diagnostics;
using Keyward.Tests.Tidy;
using Keyward.Tests.Vectors;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Keystores;

/// <summary>docs/reference/format.md is enough to read what we write, and lists every column.</summary>
public sealed class FormatPageTests
{
    private static readonly string Page =
        File.ReadAllText(Path.Combine(SourceTests.FindRoot(), "docs", "reference", "format.md"));

    [Fact]
    public async Task A_reader_in_another_language_gets_the_published_answers()
    {
        var reader = Path.Combine(SourceTests.FindRoot(), "tests", "clients", "python", "format.py");
        var start = new ProcessStartInfo("python3", [reader, "vectors", Path.Combine(VectorFile.Folder, "format.json")])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
        using var result = System.Text.Json.JsonDocument.Parse(await output);
        Assert.InRange(result.RootElement.GetProperty("cases").GetInt32(), 40, int.MaxValue);
    }

    [Fact]
    public void The_page_lists_every_table_with_its_columns_in_order() => Assert.Empty(
        from table in Tables.All
        let columns = table.Columns.Select(c =>
            $"`{c.Name}` {c.Type.ToString().ToLowerInvariant()}{(c.Nullable ? "?" : "")}")
        let line = $"| `{table.Name}` | {table.Format} | {table.KeyColumns} | {string.Join(", ", columns)} |"
        where !Page.Contains(line, StringComparison.Ordinal)
        select $"docs/reference/format.md lacks the line: {line}");

    [Fact]
    public void The_page_names_every_kind_of_sealed_value_that_is_written()
    {
        foreach (var kind in (string[])["project-key", "deployment-key", "version", "access-key-secret", "state-sum"])
            Assert.Contains($"| `{kind}` |", Page, StringComparison.Ordinal);
    }
}
