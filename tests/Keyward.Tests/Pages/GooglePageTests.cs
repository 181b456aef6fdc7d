using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Api;
using Google.Cloud.Iam.Credentials.V1;
using Google.Cloud.Iam.V1;
using Google.Cloud.Kms.V1;
using Google.Cloud.Location;
using Google.Protobuf.Reflection;
using Keyward.Doors.Google;
using Keyward.Tests.Tidy;

namespace Keyward.Tests.Pages;

/// <summary>The page of Google's door: which method is offered comes from the doors, what is tested from the programs
/// that drive Google's clients, which version from the package list.</summary>
public sealed partial class GooglePageTests
{
    private const string Client = "@google-cloud/kms";
    private const string Surface = "google-surface.js";

    private static readonly ServiceDescriptor[] Services =
    [
        KeyManagementService.Descriptor, IAMPolicy.Descriptor, Locations.Descriptor,
        Google.LongRunning.Operations.Descriptor, IAMCredentials.Descriptor,
    ];

    /// <summary>What there is to say of an offered method, beside that it is.</summary>
    private static readonly Dictionary<string, string> Notes = new()
    {
        ["CreateCryptoKey"] = "SOFTWARE; every purpose but AES_WRAPPING ([algorithms](algorithms.md))",
        ["CreateImportJob"] = "SOFTWARE; every method",
        ["DeleteCryptoKey"] = "done when it is answered",
        ["DeleteCryptoKeyVersion"] = "done when it is answered",
        ["UpdateCryptoKey"] =
            "labels, rotation_period, next_rotation_time, version_template.algorithm",
        ["UpdateCryptoKeyVersion"] = "state",
        ["Encrypt"] = "64 KiB each of plaintext and AAD",
        ["RawEncrypt"] = "CBC and CTR need `manageRaw…Keys` besides",
        ["RawDecrypt"] = "the same",
        ["AsymmetricSign"] = "up to 64 KiB of data, or the digest; algorithms that hash take either",
        ["MacSign"] = "up to 64 KiB",
        ["MacVerify"] = "up to 64 KiB",
        ["GetPublicKey"] = "all four formats",
        ["GenerateRandomBytes"] = "8 to 1,024 bytes",
        ["SetIamPolicy"] = "projects, key rings, keys, import jobs; conditions ([iam](iam.md))",
        ["GetOperation"] = "needs `cloudkms.operations.get` on the key ring",
        ["GenerateAccessToken"] = "no `delegates` ([identities](identities.md))",
    };

    /// <summary>A defect of the client; see the page.</summary>
    private static readonly string[] UnreadableOverRest = ["GetLocation", "ListLocations"];

    /// <summary>Google's auth library calls these under names of its own.</summary>
    private static readonly Dictionary<string, string> ByAuthLibrary = new()
    {
        ["generateIdToken"] = @"\.fetchIdToken\(",
        ["signBlob"] = @"impersonated\.sign\(",
    };

    [Fact]
    public void The_page_says_what_the_door_offers_and_what_was_tried()
    {
        var versions = Versions();
        var unknown = UnknownToTheOldest();
        var sources = Sources();
        var page = new StringBuilder(GooglePage.Head);
        page.Append(
            $"Clients: `{Client}` {versions.Newest} (newest) and {versions.Oldest} (the oldest promised);\n"
            + "`gcloud kms` 528.0.0 ([how it logs in](identities.md)).\n\n"
            + $"| method | address | offered | {versions.Newest} | {versions.Oldest} | tested by |\n"
            + "| --- | --- | --- | --- | --- | --- |\n");
        foreach (var method in Services.SelectMany(s => s.Methods))
        {
            var name = InCamelCase(method.Name);
            var programs = sources.Where(s => Calls(s.Text, name)).Select(s => s.Name).ToList();
            Assert.True(programs.Count > 0, $"{method.FullName} is called by no program in tests/clients/node.");
            var isRefused = Unoffered.TrustedWrappingMethods.Contains(method.Name);
            var isSurface = programs.Contains(Surface);
            Row(page, method.Name, AddressOf(method),
                isRefused ? "UNIMPLEMENTED" : Notes.TryGetValue(method.Name, out var note) ? "yes: " + note : "yes",
                isSurface, isSurface && !unknown.Contains(name), programs);
        }

        foreach (var method in Unoffered.Methods.DistinctBy(m => m.Name)
            .Where(m => !m.Service.StartsWith("google.iam.", StringComparison.Ordinal)))
        {
            var name = InCamelCase(method.Name);
            Assert.True(Calls(sources.Single(s => s.Name == Surface).Text, name), $"{method.Name} is not driven.");
            Row(page, method.Name, $"{method.HttpMethod} `{method.Path}`", "UNIMPLEMENTED", true,
                !unknown.Contains(name), [Surface]);
        }

        GeneratedPage.Check("docs/reference/google.md", page.Append(GooglePage.Foot).ToString());
    }

    private static void Row(StringBuilder page, string name, string address, string offered, bool newest, bool oldest,
        IEnumerable<string> programs) => page.Append(
            $"| {name} | {address} | {offered} | {Transports(name, newest)} | {Transports(name, oldest)} | "
            + string.Join(", ", programs.Select(p => $"`{p}`")) + " |\n");

    private static string Transports(string name, bool tried) =>
        !tried ? "–" : UnreadableOverRest.Contains(name) ? "gRPC" : "gRPC, REST";

    private static string AddressOf(MethodDescriptor method)
    {
        if (method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is not { } rule) return "gRPC only";
        var path = rule.Get + rule.Post + rule.Put + rule.Patch + rule.Delete;
        return $"{rule.PatternCase.ToString().ToUpperInvariant()} `{path}`";
    }

    private static bool Calls(string text, string name) => Regex.IsMatch(
        text, $@"\.{name}(Async)?\(|""{name}""|\b{name}: \{{|:{name}\b|{ByAuthLibrary.GetValueOrDefault(name, "$^")}");

    private static List<(string Name, string Text)> Sources() =>
    [
        .. Directory.GetFiles(Folder("tests/clients/node"), "google-*.js").Order(StringComparer.Ordinal)
            .Select(f => (Path.GetFileName(f), File.ReadAllText(f))),
    ];

    private static (string Newest, string Oldest) Versions()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Folder("tests/clients/node/package.json")));
        var packages = json.RootElement.GetProperty("dependencies");
        return (packages.GetProperty(Client).GetString()!,
            packages.GetProperty(Client + "-oldest").GetString()!.Split('@')[^1]);
    }

    /// <summary>The program's own list, which it compares with what the oldest client really lacks.</summary>
    private static HashSet<string> UnknownToTheOldest()
    {
        var text = File.ReadAllText(Folder("tests/clients/node/" + Surface));
        var list = NewerList().Match(text).Groups[1].Value;
        return [.. Quoted().Matches(list).Select(m => m.Groups[1].Value)];
    }

    private static string Folder(string path) => Path.Combine(SourceTests.FindRoot(), path);

    private static string InCamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    [GeneratedRegex(@"const newer = \[(.*?)\];", RegexOptions.Singleline)]
    private static partial Regex NewerList();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();
}
