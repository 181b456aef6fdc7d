using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Keyward.Tests.Tidy;

/// <summary>Reads the sources and holds them to the house style, with what to do in each message.</summary>
public sealed partial class SourceTests
{
    private static readonly string Root = FindRoot();

    private static readonly string[] Files =
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/") && !f.Contains("/bin/")),
    ];

    [Fact]
    public void Files_stay_below_300_lines() => Assert.Empty(
        Files.Select(f => (File: Show(f), Lines: File.ReadLines(f).Count())).Where(f => f.Lines >= 300)
            .Select(f => $"{f.File} has {f.Lines} lines: split it by concept"));

    [Fact]
    public void Lines_have_at_most_120_columns() => Assert.Empty(
        from file in Files
        from line in File.ReadLines(file).Select((text, index) => (text, index))
        where line.text.Length > 120
        select $"{Show(file)}:{line.index + 1} has {line.text.Length} columns");

    [Fact]
    public void Functions_fit_on_a_screen() => Assert.Empty(
        from file in Files
        from method in Parse(file).DescendantNodes().OfType<BaseMethodDeclarationSyntax>()
        let span = method.GetLocation().GetLineSpan()
        let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
        where lines > 60
        select $"{Show(file)}:{span.StartLinePosition.Line + 1} has a function of {lines} lines: split it");

    [Fact]
    public void A_namespace_is_its_folder() => Assert.Empty(
        from file in Files
        let name = Parse(file).DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString()
        let folder = Path.GetRelativePath(Path.Combine(Root, "src"), Path.GetDirectoryName(file)!).Replace('/', '.')
        where name is not null && name != folder
        select $"{Show(file)} has the namespace {name}, its folder says {folder}");

    [Fact]
    public void No_name_hides_a_missing_concept() => Assert.Empty(
        from file in Files
        let folders = Path.GetRelativePath(Root, file).Split('/')
        from word in (string[])["Helpers", "Utils", "Common", "Managers", "Services", "Models", "Infrastructure", "Abstractions"]
        where folders.Contains(word)
        select $"{Show(file)}: a folder {word} says nothing; name the concept");

    [Fact]
    public void No_type_is_called_helper_manager_util_impl_or_data() => Assert.Empty(
        from file in Files
        from type in Parse(file).DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
        where BadSuffix().IsMatch(type.Identifier.Text)
        select $"{Show(file)}: {type.Identifier.Text} names no concept");

    [Fact]
    public void Nothing_is_async_void_or_waits_blocking() => Assert.Empty(
        from file in Files
        let root = Parse(file)
        from problem in root.DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(m => m.Modifiers.Any(SyntaxKind.AsyncKeyword) && m.ReturnType.ToString() == "void")
            .Select(m => $"{Show(file)}: {m.Identifier.Text} is async void")
            .Concat(root.DescendantNodes().OfType<InvocationExpressionSyntax>()
                .Where(i => i.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "GetResult" or "Wait" } access
                    && access.Expression.ToString() is var text && (text.EndsWith("GetAwaiter()") || text.EndsWith("Async()")))
                .Select(i => $"{Show(file)}: waits blocking at {i}"))
        select problem);

    /// <summary>The platform lets zero characters follow a number, in every style.</summary>
    [Fact]
    public void Numbers_of_digits_are_read_in_one_way() => Assert.Empty(
        from file in Files
        where !file.EndsWith("DecimalNumber.cs", StringComparison.Ordinal)
        from call in Parse(file).DescendantNodes().OfType<InvocationExpressionSyntax>()
        where call.Expression.ToString() is "int.TryParse" or "long.TryParse"
            && call.ToString().Contains("NumberStyles.None", StringComparison.Ordinal)
        select $"{Show(file)}: {call} (DecimalNumber does that)");

    [Fact]
    public void No_marker_of_unfinished_work_is_left() => Assert.Empty(
        from file in Files
        from line in File.ReadLines(file).Select((text, index) => (text, index))
        where Marker().IsMatch(line.text)
        select $"{Show(file)}:{line.index + 1}: finish it or write an issue");

    [Theory]
    [InlineData("Keyward.Vault", "System.Net.Http|Microsoft.AspNetCore|Grpc|Google|Microsoft.Data|Npgsql|Keyward.Doors|Keyward.Stores|Keyward.Keystores")]
    [InlineData("Keyward.Doors", "Keyward.Stores|Keyward.Keystores|Keyward.Vault.Storage|Keyward.Vault.Keystores|Microsoft.Data")]
    [InlineData("Keyward.Keystores", "Keyward.Stores|Keyward.Doors|Microsoft.AspNetCore|Grpc|Microsoft.Data")]
    [InlineData("Keyward.Stores", "Keyward.Keystores|Keyward.Doors|Microsoft.AspNetCore|Grpc")]
    public void Arrows_point_inward(string assembly, string forbidden) => Assert.Empty(
        from file in Files
        where file.Contains($"/src/{assembly}/")
        from name in Parse(file).DescendantNodes().OfType<UsingDirectiveSyntax>().Select(u => u.Name?.ToString() ?? "")
        where forbidden.Split('|').Any(f => name == f || name.StartsWith(f + ".", StringComparison.Ordinal))
        select $"{Show(file)} uses {name}: that arrow points outward");

    [Fact]
    public void A_door_knows_no_other_door()
    {
        string[] doors = ["Google", "Aws", "Admin", "Token", "Probes"];
        Assert.Empty(
            from file in Files
            where file.Contains("/src/Keyward.Doors/")
            let own = Path.GetRelativePath(Path.Combine(Root, "src/Keyward.Doors"), file).Split('/')[0]
            from name in Parse(file).DescendantNodes().OfType<UsingDirectiveSyntax>().Select(u => u.Name?.ToString() ?? "")
            where doors.Any(d => d != own && name == "Keyward.Doors." + d)
            select $"{Show(file)} uses {name}: doors share only what stands in Rpc");
    }

    internal static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Keyward.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    private static SyntaxNode Parse(string file) => CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot();

    private static string Show(string file) => Path.GetRelativePath(Root, file);

    [GeneratedRegex("(Helper|Manager|Util|Utils|Impl|Data)$")]
    private static partial Regex BadSuffix();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Marker();
}
